# name: Connect to the host
# tries: TCP to a port of the host that answers everybody, by every spelling of its address
# expect: fails
# control: user
for my $host ("127.0.0.1", "127.1.2.3", "0.0.0.0", $ENV{BAIT_ADDRESS}) {
    socket(my $socket, AF_INET, SOCK_STREAM, 0) or held("socket: $!");
    connect($socket, pack_sockaddr_in($ENV{BAIT_PORT}, inet_aton($host))) or next;
    sysread $socket, my $said, 100;
    breach("$host says $said");
}
for my $host ("::1", "::ffff:127.0.0.1") {
    socket(my $socket, AF_INET6, SOCK_STREAM, 0) or next;
    connect($socket, Socket::pack_sockaddr_in6($ENV{BAIT_PORT}, Socket::inet_pton(AF_INET6, $host))) or next;
    sysread $socket, my $said, 100;
    breach("$host says $said");
}
held("connect: $!");
