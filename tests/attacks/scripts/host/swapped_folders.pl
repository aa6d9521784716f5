# name: Swap folders while they are read
# tries: a folder and a link to a folder of the host that change places without pause
# expect: absent
# control: none: such a race is lost only now and then
my $host = $ENV{BAIT_FILE} =~ s,/[^/]+$,,r;
mkdir 'race';
symlink $host, 'race-link';
if (open my $file, '>', 'race/secret') { print $file 'mine' }
if (!fork) {
    POSIX::setsid();
    close $_ for *STDIN, *STDOUT, *STDERR;
    my $until = time + 60;
    # RENAME_EXCHANGE
    while (time < $until) { syscall($ARM ? 276 : 316, -100, "race\0", -100, "race-link\0", 2) for 1 .. 1000 }
    POSIX::_exit(0);
}
