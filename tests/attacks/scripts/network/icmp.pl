# name: Leak by ICMP
# tries: echo requests by raw sockets and by datagram sockets, which need no privilege
# expect: fails
# control: root
# network: host
for my $type (SOCK_RAW, SOCK_DGRAM) {
    socket(my $socket, AF_INET, $type, 1) or next;
    for my $address ($ENV{BAIT_ADDRESS}, "1.1.1.1") {
        my $echo = pack("C2n3", 8, 0, 0xf7fd, 1, 1);
        breach("an echo request left for $address") if defined send $socket, $echo, 0, pack_sockaddr_in(0, inet_aton($address));
    }
}
held("no request leaves: $!");
