# name: Leave a core dump
# tries: raising the limit of core dumps, and crashing with a secret in memory
# expect: fails
# control: none: what a host does with its core dumps is its own
chdir '/tmp';
my $pid = fork // breach('no fork');
if (!$pid) { kill 'ABRT', $$; sleep 5; POSIX::_exit(0) }
waitpid $pid, 0;
breach('a core was dumped') if $? & 128 || glob '/tmp/core*';
held('no core');
