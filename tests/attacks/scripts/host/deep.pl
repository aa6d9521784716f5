# name: Leave a deep tree
# tries: 3,000 folders inside each other, deeper than paths are long and programs recurse
# expect: bounded
# control: naive
mkdir 'deep';
chdir 'deep';
for (1 .. 3000) { mkdir 'd' or last; chdir 'd' or last }
if (open my $file, '>', 'file') { print $file "deep\n" }
