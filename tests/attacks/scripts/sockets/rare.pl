# name: Open a socket of a rare family
# tries: X.25, Bluetooth, CAN, TIPC, RDS, key, XDP, SMC, QRTR and other families, which load modules
# expect: fails
# control: root
for my $kind ((map { my $family = $_; map { [$family, $_, 0] } 1, 2, 3, 5 } 3 .. 9, 11 .. 15, 18 .. 46)) {
    breach("socket(@$kind)") if socket(my $socket, $kind->[0], $kind->[1], $kind->[2]);
}
held("socket: $!");
