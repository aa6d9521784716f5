# name: Clone into a namespace by clone3
# tries: clone3(2), whose flags lie in memory where no filter sees them
# expect: fails
# control: user
my $arguments = pack 'Q11', 0x10000000, (0) x 3, 17, (0) x 6;
my $pid = call('clone3', $arguments, length $arguments);
POSIX::_exit(0) if $pid == 0;
breach('a process has a user namespace of its own') if $pid > 0;
held("clone3: $!");
