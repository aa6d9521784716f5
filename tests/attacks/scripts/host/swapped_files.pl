# name: Swap files while they are read
# tries: a file and a link to a file of the host that change places without pause
# expect: absent
# control: none: such a race is lost only now and then
symlink $ENV{BAIT_FILE}, 'link';
if (open my $file, '>', 'file') { print $file 'mine' x 1000 }
if (!fork) {
    POSIX::setsid();
    close $_ for *STDIN, *STDOUT, *STDERR;
    my $until = time + 60;
    while (time < $until) { syscall($ARM ? 276 : 316, -100, "file\0", -100, "link\0", 2) for 1 .. 1000 }
    POSIX::_exit(0);
}
