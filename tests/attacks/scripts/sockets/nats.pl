# name: Reach NATS
# tries: the messages between the roles, by its port on the loopback and on the host's own address
# expect: absent
# control: user
for my $host ('127.0.0.1', $ENV{BAIT_ADDRESS}, '0.0.0.0') {
    socket(my $socket, AF_INET, SOCK_STREAM, 0) or held("socket: $!");
    connect($socket, pack_sockaddr_in($ENV{NATS_PORT}, inet_aton($host))) or next;
    breach("$host:$ENV{NATS_PORT} answers");
}
held("connect: $!");
