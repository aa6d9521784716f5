# name: Clone into a namespace
# tries: clone(2) with CLONE_NEWUSER, and with bits above the 32 that the kernel reads
# expect: fails
# control: user
for my $flags (0x10000000 | 17, 1 << 32 | 0x10000000 | 17, 0x10000000 | 0x20000 | 17) {
    my $pid = call('clone', $flags, 0, 0, 0, 0);
    POSIX::_exit(0) if $pid == 0;
    breach('a process has a user namespace of its own') if $pid > 0;
}
held("clone: $!");
