# name: Read the kernel's log
# tries: syslog(2): addresses, hardware, other users' crashes
# expect: fails
# control: root
my $room = "\0" x 4096;
held(refused("syslog", 3, $room, 4096));
