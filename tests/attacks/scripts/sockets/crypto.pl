# name: Use the kernel's cryptography
# tries: AF_ALG, which loads modules and had holes
# expect: fails
# control: user
for my $kind ([38, 5, 0]) {
    breach("socket(@$kind)") if socket(my $socket, $kind->[0], $kind->[1], $kind->[2]);
}
held("socket: $!");
