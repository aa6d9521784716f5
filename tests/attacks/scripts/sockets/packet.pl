# name: Read raw packets
# tries: AF_PACKET, raw and datagram
# expect: fails
# control: root
for my $kind ([17, 3, 0x300], [17, 2, 0x300]) {
    breach("socket(@$kind)") if socket(my $socket, $kind->[0], $kind->[1], $kind->[2]);
}
held("socket: $!");
