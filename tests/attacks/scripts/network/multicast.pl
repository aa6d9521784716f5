# name: Announce to the neighbourhood
# tries: multicast and broadcast datagrams: mDNS, SSDP and 255.255.255.255
# expect: fails
# control: user
for my $address ("224.0.0.251", "239.255.255.250", "255.255.255.255") {
    socket(my $datagram, AF_INET, SOCK_DGRAM, 0) or held("socket: $!");
    setsockopt $datagram, SOL_SOCKET, SO_BROADCAST, 1;
    breach("there is a route to $address") if connect $datagram, pack_sockaddr_in(5353, inet_aton($address));
}
held("connect: $!");
