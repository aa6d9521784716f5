# name: Trace another process
# tries: PTRACE_ATTACH and PTRACE_SEIZE of a child and of the jail's first process
# expect: fails
# control: user
my $child = fork // breach('no fork');
if (!$child) { sleep 20; POSIX::_exit(0) }
my @said = map { my $pid = $_; map { eval_refused($_, $pid) } 16, 0x4206 } $child, 1;
kill 'KILL', $child;
held(@said);
sub eval_refused {
    my ($request, $pid) = @_;
    my $answer = call('ptrace', $request, $pid, 0, 0);
    if ($answer == 0) { kill 'KILL', $child; breach("attached to $pid") }
    return "$!;";
}
