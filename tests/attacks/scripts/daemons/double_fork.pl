# name: Outlive the command by a double fork
# tries: fork, setsid, fork, closed descriptors, and every signal ignored that can be
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
if (!fork) {
    POSIX::setsid();
    POSIX::_exit(0) if fork;
    $SIG{$_} = "IGNORE" for "TERM", "HUP", "INT", "QUIT", "USR1", "USR2";
    close $_ for *STDIN, *STDOUT, *STDERR;
    chdir "/";
    sleep 1000;
}
wait;
held("the daemon runs");
