# name: Fork without end
# tries: twice as many processes as are allowed, all at once
# expect: bounded
# jail: own
# control: user
my $made = 0;
my $most = 2 * $ENV{LIMIT_PROCESSES};
while ($made < $most) {
    my $pid = fork;
    last if !defined $pid;
    if (!$pid) { close $_ for *STDIN, *STDOUT, *STDERR; sleep 30; POSIX::_exit(0) }
    $made++;
}
my $said = "$!";
breach("$made processes") if $made >= $most;
held("$made processes: $said");
