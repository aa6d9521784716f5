# name: Fill what lies under the jail
# tries: writing to the file systems in memory of / and /dev, which have no size
# expect: fails
# control: root
for my $folder ('/', '/dev', '/etc', '/home', '/run', '/var') {
    my $path = "$folder/bomb-$$";
    if (open my $file, '>', $path) { unlink $path; breach("$folder can be written") }
    if (mkdir $path) { rmdir $path; breach("$folder can hold folders") }
}
held("they are read-only: $!");
