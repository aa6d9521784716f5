# name: Reach the metadata server through the proxy
# tries: the cloud's addresses by number, by name and in IPv6
# expect: absent
# control: none: it is the proxy's own rules that are tried
my $said;
for my $host ('169.254.169.254', '0xa9fea9fe', '2852039166', '[::ffff:169.254.169.254]', '[fd00:ec2::254]', '169.254.170.2', '100.100.100.200') {
    $said = through("GET http://$host/latest/meta-data/ HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n\r\n");
    $said = through("CONNECT $host:80 HTTP/1.1\r\nHost: $host:80\r\n\r\n");
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
