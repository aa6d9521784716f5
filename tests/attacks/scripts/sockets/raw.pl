# name: Send raw packets
# tries: raw IPv4 and IPv6 sockets
# expect: fails
# control: root
for my $kind ([2, 3, 1], [2, 3, 255], [10, 3, 58]) {
    breach("socket(@$kind)") if socket(my $socket, $kind->[0], $kind->[1], $kind->[2]);
}
held("socket: $!");
