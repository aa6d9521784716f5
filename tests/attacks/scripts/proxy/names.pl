# name: Look like an allowed host
# tries: names that contain, begin or end like one that is listed, with other letters, marks and zero bytes
# expect: fails
# control: none: it is the proxy's own rules that are tried
my $said;
for my $host ('allowed.example.attack.test', 'attack-allowed.example', 'allowed.example@attack.test', 'attack.test#allowed.example',
    "allowed.example\0.attack.test", 'allowed.example%00.attack.test', 'allowed.example/../attack.test', "allowed\xc2\xadattack.example",
    'allowed.example,attack.test', ' allowed.example.attack.test', '*.example', 'xn--allowed-.example', 'allowed..example') {
    $said = through("CONNECT $host:443 HTTP/1.1\r\nHost: $host:443\r\n\r\n");
}
$said = through("CONNECT allowed.example:$_ HTTP/1.1\r\nHost: allowed.example:$_\r\n\r\n") for '22', '0', '70000', '443443', '-1', '4 43';
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
