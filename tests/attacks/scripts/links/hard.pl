# name: Hard link a file of the system into the workspace
# tries: link(2) of set-uid programs and of what shares their file system
# expect: fails
# control: root
my $to = "/tmp/hard-$$";
for my $from (grep { -e } '/usr/bin/passwd', '/usr/bin/su', '/usr/bin/perl', '/etc/passwd') {
    for my $place ("/workspace/hard-$$", "/usr/hard-$$") {
        if (link $from, $place) { unlink $place; breach("linked $from to $place") }
    }
}
held("no link: $!");
