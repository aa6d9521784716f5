# name: Wait in the kernel
# tries: a process that waits for a child which shares its memory, and hears no signal meanwhile
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
if (!fork) {
    POSIX::setsid();
    close $_ for *STDIN, *STDOUT, *STDERR;
    my $pid = call("clone", 0x4000 | 17, 0, 0, 0, 0);
    sleep 1000;
}
held("it waits");
