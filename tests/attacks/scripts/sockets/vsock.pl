# name: Open a vsock
# tries: AF_VSOCK: to the hypervisor, whatever the network namespace
# expect: fails
# control: user
for my $kind ([40, 1, 0], [40, 2, 0]) {
    breach("socket(@$kind)") if socket(my $socket, $kind->[0], $kind->[1], $kind->[2]);
}
held("socket: $!");
