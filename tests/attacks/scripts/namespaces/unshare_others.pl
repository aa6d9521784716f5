# name: Make other namespaces
# tries: unshare of mount, network, pid, ipc, uts, control group and time namespaces
# expect: fails
# control: root
held(map { refused('unshare', $_) } 0x20000, 0x40000000, 0x20000000, 0x8000000, 0x4000000, 0x2000000, 0x80);
