# name: Take all inodes
# tries: empty files without end in every folder in memory: each costs the kernel a kilobyte
# expect: bounded
# jail: own
# control: none: how many files a host's folder holds is its own business
# gap: gvisor
my @said;
for my $folder (grep { -d && -w _ } '/dev/shm', '/run/quarterdeck') {
    my $made = 0;
    mkdir "$folder/inodes-$$" or next;
    while ($made < 2 * $ENV{LIMIT_INODES}) {
        sysopen(my $file, "$folder/inodes-$$/$made", O_CREAT | O_WRONLY) or last;
        $made++;
    }
    my $why = "$!";
    unlink "$folder/inodes-$$/$_" for 0 .. $made - 1;
    breach("$made files in $folder") if $made >= 2 * $ENV{LIMIT_INODES};
    push @said, "$folder: $made, $why;";
}
for my $folder (grep { -d && -w _ } '/tmp', $ENV{HOME}) {
    my ($most) = qx(stat -f -c %c $folder) =~ /(\d+)/;
    breach("$folder may hold $most files") if !$most || $most > $ENV{LIMIT_MEMORY_INODES};
    push @said, "$folder: $most;";
}
held(@said);
