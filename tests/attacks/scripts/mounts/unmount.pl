# name: Unmount what covers something
# tries: umount2 of /proc/keys, /dev/shm and /, to see what lies under them
# expect: fails
# control: root
my $detach = 2;
held(map { refused('umount2', "$_\0", $detach) } ('/proc/keys', '/dev/shm', '/dev/null'));
