# name: Climb out by dots
# tries: chdir .. a thousand times from every folder open or reachable, then a host file by a relative path
# expect: absent
# control: user
my $relative = substr $ENV{BAIT_FILE}, 1;
for my $from ('/workspace', '/proc/self', '/dev/shm', '/tmp', glob '/proc/self/fd/*') {
    chdir $from or next;
    chdir '..' for 1 .. 1000;
    open(my $file, '<', $relative) or next;
    breach("from $from: " . <$file>);
}
held('.. ends at the root of the jail');
