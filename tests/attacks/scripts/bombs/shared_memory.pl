# name: Fill /dev/shm
# tries: twice as much as it may hold
# expect: bounded
# jail: own
# control: user
my ($folder, $most) = ('/dev/shm', 2 * $ENV{LIMIT_SHARED});
untried("there is no $folder") if !-d $folder;
my ($written, $block) = (0, 'x' x (1 << 20));
open(my $file, '>', "$folder/bomb-$$") or held("no file can be made: $!");
while ($written < $most) {
    my $now = syswrite $file, $block;
    last if !$now;
    $written += $now;
}
my $said = "$!";
close $file;
unlink "$folder/bomb-$$";
breach($written >> 20, "MiB") if $written >= $most;
held($written >> 20, "MiB: $said");
