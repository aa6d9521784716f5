# name: Use io_uring
# tries: io_uring_setup: calls made through it are seen by no filter
# expect: fails
# control: user
my $parameters = "\0" x 120;
held(refused("io_uring_setup", 4, $parameters));
