# name: Leave very many files
# tries: 1,500 files in one folder and 300 folders inside each other's neighbours
# expect: bounded
# control: none: what is looked at is that the host comes to an end
mkdir 'many';
for (1 .. 1500) { open(my $file, '>', "many/$_") or last; syswrite $file, "$_\n" }
mkdir "folder-$_" for 1 .. 300;
