# name: Leave by another root
# tries: chroot below an open folder and climbing out of it, and pivot_root
# expect: fails
# control: root
my $said = refused('pivot_root', "/nowhere\0", "/nowhere\0");
opendir(my $here, '/') or breach('cannot open /');
mkdir "/tmp/below-$$";
held($said, 'chroot: ', "$!") if !chroot "/tmp/below-$$";
breach('chroot worked');
