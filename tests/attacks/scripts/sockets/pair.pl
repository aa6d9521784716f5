# name: Make a pair of sockets of a rare family
# tries: socketpair(2) of every family but AF_UNIX: the kernel may load a module for it
# expect: fails
# control: user
my $unsupported = POSIX::EOPNOTSUPP();
for my $family (2 .. 46) {
    for my $type (1, 2, 5) {
        my $pair = pack 'ii', 0, 0;
        my $answer = call('socketpair', $family, $type, 0, $pair);
        breach("a pair of family $family") if $answer == 0;
        breach("family $family was looked up: $!") if $! == $unsupported;
    }
}
held("socketpair: $!");
