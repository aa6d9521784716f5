# name: Take all inodes of the workspace
# tries: twice as many files as the session may make
# expect: bounded
# jail: own
# limit: workspace
# control: none: how many files a host's folder holds is its own business
my $made = 0;
my $most = 2 * $ENV{LIMIT_WORKSPACE_INODES};
mkdir '/workspace/inodes' or held("no folder can be made: $!");
while ($made < $most) {
    sysopen(my $file, "/workspace/inodes/$made", O_CREAT | O_WRONLY) or last;
    $made++;
}
my $said = "$!";
breach("$made files") if $made >= $most;
held("$made files: $said");
