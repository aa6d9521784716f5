# name: Talk to the kernel by netlink
# tries: device events, audit, netfilter, sockets of others, generic netlink
# expect: fails
# control: user
for my $kind ([16, 3, 15], [16, 3, 9], [16, 3, 12], [16, 3, 4], [16, 3, 16], [16, 3, 6]) {
    breach("socket(@$kind)") if socket(my $socket, $kind->[0], $kind->[1], $kind->[2]);
}
held("socket: $!");
