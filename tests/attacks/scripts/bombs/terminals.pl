# name: Take all terminals
# tries: opening /dev/ptmx without end in several processes: there is one count of terminals for the whole host
# expect: bounded
# jail: own
# control: user
# gap: gvisor
pipe(my $counts, my $count);
pipe(my $wait, my $release);
my @children;
for (1 .. 8) {
    my $pid = fork // last;
    if (!$pid) {
        close $release;
        my @open;
        while (@open < 200) { sysopen(my $file, '/dev/ptmx', O_RDWR | O_NOCTTY) or last; push @open, $file }
        syswrite $count, pack 'N', scalar @open;
        sysread $wait, my $end, 1;
        POSIX::_exit(0);
    }
    push @children, $pid;
}
my $made = 0;
for (@children) { sysread $counts, my $one, 4; $made += unpack 'N', $one }
kill 'KILL', @children;
breach("$made terminals") if $made >= 1200;
held("$made terminals");
