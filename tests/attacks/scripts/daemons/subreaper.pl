# name: Adopt the orphans
# tries: a subreaper among the command's processes, which keeps the orphans from the jail's own
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
if (!fork) {
    POSIX::setsid();
    call('prctl', 36, 1, 0, 0, 0);
    $SIG{$_} = 'IGNORE' for 'TERM', 'HUP', 'CHLD';
    for (1 .. 5) { if (!fork) { POSIX::setsid(); if (!fork) { POSIX::setsid(); sleep 1000 } POSIX::_exit(0) } }
    close $_ for *STDIN, *STDOUT, *STDERR;
    sleep 1000;
}
select undef, undef, undef, 0.1;
held('five orphans have a parent of ours');
