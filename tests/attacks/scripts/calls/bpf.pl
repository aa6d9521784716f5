# name: Load a BPF program
# tries: bpf(2): making a map and loading a program
# expect: fails
# control: root
my $map = pack "I4x48", 1, 4, 4, 1;
held(refused("bpf", 0, $map, length $map), refused("bpf", 5, "\0" x 64, 64));
