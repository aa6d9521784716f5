# name: Mount by the newer system calls
# tries: fsopen, open_tree, move_mount and mount_setattr, which filters written for mount(2) miss
# expect: fails
# control: root
my $at = -100;
held(
    refused('fsopen', "tmpfs\0", 0),
    refused('open_tree', $at, "/\0", 0x1),
    refused('move_mount', $at, "/nowhere\0", $at, "/tmp\0", 0),
    refused('mount_setattr', $at, "/nowhere\0", 0, "\0" x 32, 32),
);
