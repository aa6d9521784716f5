# name: Wear the proxy out
# tries: more connections than it takes, heads that never end, and heads without measure
# expect: bounded
# control: none: it is the proxy's own rules that are tried
my @open;
for (1 .. 200) {
    socket(my $socket, AF_INET, SOCK_STREAM, 0) or last;
    fcntl $socket, F_SETFL, O_NONBLOCK;
    connect $socket, pack_sockaddr_in(3128, inet_aton('127.0.0.1'));
    push @open, $socket;
}
$SIG{PIPE} = 'IGNORE';
for my $socket (@open) { syswrite $socket, "GET http://allowed.example/ HTTP/1.1\r\nX: " . 'x' x 5000 }
my $count = @open;
close $_ for @open;
my $said = through("GET http://attack.test/" . 'x' x 200_000 . " HTTP/1.1\r\nHost: attack.test\r\n\r\n");
held("$count connections, then $said");
sub through {
    my ($asked) = @_;
    socket(my $socket, AF_INET, SOCK_STREAM, 0) or held("socket: $!");
    connect($socket, pack_sockaddr_in(3128, inet_aton('127.0.0.1'))) or breach("the proxy is gone: $!");
    syswrite $socket, $asked;
    my ($answer, $ready) = ('', '');
    while (length $answer < 65536) {
        vec($ready, fileno $socket, 1) = 1;
        last if !select $ready, undef, undef, 15;
        last if !sysread $socket, $answer, 4096, length $answer;
    }
    my ($first) = $answer =~ /^([^\r\n]*)/;
    breach("$asked gets $answer") if $answer =~ /bait-/ || $first =~ m,^HTTP/\S+ [123],;
    return $first;
}
