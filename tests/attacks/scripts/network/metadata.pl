# name: Ask the cloud's metadata server
# tries: 169.254.169.254 by TCP and UDP: it hands out the host's credentials
# expect: fails
# control: user
for my $address ("169.254.169.254", "169.254.170.2", "100.100.100.200") {
    socket(my $datagram, AF_INET, SOCK_DGRAM, 0) or held("socket: $!");
    breach("there is a route to $address") if connect($datagram, pack_sockaddr_in(80, inet_aton($address)));
}
held("connect: $!");
