# name: Reach the host through the proxy
# tries: CONNECT and plain requests to the host's loopback and own address, in every spelling, with rules that name them
# expect: absent
# control: none: it is the proxy's own rules that are tried
my ($port, $own) = @ENV{'BAIT_PORT', 'BAIT_ADDRESS'};
my $hex = join '', map { sprintf '%02x', $_ } split /\./, $own;
my $said;
for my $host ('127.0.0.1', '127.1', '127.0.0.2', '0.0.0.0', '0', '0x7f000001', '2130706433', '017700000001', '[::1]', '[::]',
    '[::ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', $own, "0x$hex", "[::ffff:$own]") {
    $said = through("CONNECT $host:$port HTTP/1.1\r\nHost: $host:$port\r\n\r\n");
    $said = through("GET http://$host:$port/ HTTP/1.1\r\nHost: $host:$port\r\nConnection: close\r\n\r\n");
}
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
