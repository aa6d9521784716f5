# name: Smuggle a request
# tries: two hosts, two lengths, folded lines, TRACE, upgrades and bare line ends, so that proxy and server read differently
# expect: fails
# control: none: it is the proxy's own rules that are tried
my $own = "$ENV{BAIT_ADDRESS}:$ENV{BAIT_PORT}";
my $said;
for my $asked (
    "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nHost: $own\r\n\r\n",
    "GET http://allowed.example/ HTTP/1.1\r\nHost: $own\r\n\r\n",
    "GET http://$own/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: $own\r\n\r\n",
    "TRACE http://$own/ HTTP/1.1\r\nHost: $own\r\n\r\n",
    "GET http://$own/ HTTP/1.1\nHost: $own\n\n",
    "GET http://$own/ HTTP/1.1\r\nHost: $own\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "POST http://$own/ HTTP/1.1\r\nHost: $own\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\5\1\0",
    "CONNECT $own HTTP/1.1\r\n\r\nCONNECT $own HTTP/1.1\r\n\r\n",
) { $said = through($asked) }
held($said);
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
