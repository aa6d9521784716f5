# name: Fill the workspace's disk
# tries: twice as many bytes as the session may write
# expect: bounded
# jail: own
# limit: workspace
# control: user
my ($folder, $most) = ($ENV{LIMIT_PLACE} // '/workspace', 2 * $ENV{LIMIT_WORKSPACE});
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
