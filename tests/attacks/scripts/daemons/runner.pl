# name: Run away
# tries: a process that forks and ends without pause, so that every list of processes is old
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
if (!fork) {
    POSIX::setsid();
    close $_ for *STDIN, *STDOUT, *STDERR;
    $SIG{$_} = "IGNORE" for "TERM", "HUP";
    while (1) { my $pid = fork; POSIX::_exit(0) if $pid; POSIX::setsid() if defined $pid }
}
held("it runs");
