# name: Ask the metadata server by IPv6
# tries: fd00:ec2::254 and a link-local address
# expect: fails
# control: user
untried("no IPv6 in this kernel") if !-e "/proc/net/if_inet6";
for my $address ("fd00:ec2::254", "2001:4860:4860::8888") {
    socket(my $datagram, AF_INET6, SOCK_DGRAM, 0) or held("socket: $!");
    breach("there is a route to $address")
        if connect($datagram, Socket::pack_sockaddr_in6(80, Socket::inet_pton(AF_INET6, $address)));
}
held("connect: $!");
