# name: Steal a descriptor
# tries: pidfd_getfd of every descriptor of every other process: the agent's channel would give its orders
# expect: fails
# control: user
my $child = fork // breach('no fork');
if (!$child) { sleep 20; POSIX::_exit(0) }
my @tried;
for my $pid ($child, 1, map { m,/proc/(\d+), } glob '/proc/[0-9]*') {
    next if $pid == $$;
    my $process = call('pidfd_open', $pid, 0);
    next if $process < 0;
    for my $fd (0 .. 12) {
        if (call('pidfd_getfd', $process, $fd, 0) >= 0) { kill 'KILL', $child; breach("descriptor $fd of process $pid") }
        push @tried, "$!";
    }
    POSIX::close($process);
}
kill 'KILL', $child;
held($tried[-1] // 'no process can be opened');
