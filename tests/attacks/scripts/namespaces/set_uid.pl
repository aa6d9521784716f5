# name: Run set-uid programs
# tries: starting each set-uid program of the system and looking whose power it has
# expect: fails
# control: user
my @programs = grep { -u } glob '/usr/bin/* /usr/sbin/* /usr/lib/openssh/* /usr/lib/dbus-1.0/*';
untried('there is no set-uid program') if !@programs;
my $own = $>;
for my $program (grep { m,/(?:su|passwd|chfn|newgrp|sudo|umount)$, } @programs) {
    pipe(my $read, my $write);
    my $pid = fork // breach('no fork');
    if (!$pid) {
        open(STDIN, '<&', $read);
        open(STDOUT, '>', '/dev/null');
        open(STDERR, '>', '/dev/null');
        POSIX::setsid();
        exec $program $program;
    }
    for (1 .. 40) {
        select undef, undef, undef, 0.005;
        my $user = effective($pid);
        if (defined $user && $user == 0 && $own != 0) { kill 'KILL', $pid; breach("$program runs as user 0") }
    }
    kill 'KILL', $pid;
    waitpid $pid, 0;
}
held('they run as their caller');
sub effective {
    my ($pid) = @_;
    open(my $status, '<', "/proc/$pid/status") or return;
    while (<$status>) { return $1 if /^Uid:\s+\d+\s+(\d+)/ }
    return;
}
