# name: Redirect an overlay
# tries: setting overlayfs's own attributes, so that a folder shows another one of the lower layer or of the host
# expect: fails
# control: none: the attribute is accepted everywhere, only its effect would be a breach
chdir '/workspace' or untried('no workspace');
mkdir 'redirected';
for my $prefix ('user.overlay.', 'trusted.overlay.') {
    call('setxattr', "redirected\0", "${prefix}redirect\0", '/../../../..', 12, 0);
    call('setxattr', "redirected\0", "${prefix}opaque\0", 'y', 1, 0);
    call('setxattr', "redirected\0", "${prefix}metacopy\0", '', 0, 0);
}
rename 'redirected', 'moved';
opendir(my $folder, 'moved') or held("the folder cannot be opened: $!");
my @seen = grep { !/^\.\.?$/ } readdir $folder;
breach("it shows @seen") if @seen;
held('the folder stays empty');
