# name: Make the read-only system writable
# tries: remounting / and /usr read-write
# expect: fails
# control: root
my ($remount, $bind) = (0x20, 0x1000);
held(map { refused('mount', "none\0", "$_\0", "\0", $remount | $bind, 0) } ('/', '/proc'));
