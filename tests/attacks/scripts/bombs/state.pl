# name: Fill the jail's own state
# tries: what /run/quarterdeck holds, and more
# expect: bounded
# jail: own
# control: none: outside there is no such folder
my ($folder, $most) = ('/run/quarterdeck', 2 * $ENV{LIMIT_STATE});
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
