# name: Send datagrams to the host
# tries: UDP to the host's loopback and to its own address; the host counts what comes
# expect: fails
# control: user
my $sent = 0;
for my $host ("127.0.0.1", $ENV{BAIT_ADDRESS}) {
    socket(my $datagram, AF_INET, SOCK_DGRAM, 0) or held("socket: $!");
    $sent++ if defined send $datagram, "attack", 0, pack_sockaddr_in($ENV{BAIT_UDP}, inet_aton($host));
    my $ready = ""; vec($ready, fileno $datagram, 1) = 1;
    breach("$host answers") if select($ready, undef, undef, 0.2) && defined recv $datagram, my $answer, 512, 0;
}
held("no answer; $sent went to the jail itself");
