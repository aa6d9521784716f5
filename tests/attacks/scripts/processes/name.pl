# name: Pass for the jail's upkeep
# tries: a daemon that takes the name and title of the agent, ignores signals, and is to be left alone therefore
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
my $pid = fork // breach('no fork');
if (!$pid) {
    POSIX::setsid();
    $0 = 'agent';
    call('prctl', 15, "agent\0", 0, 0, 0);
    $SIG{$_} = 'IGNORE' for 'TERM', 'HUP', 'INT';
    close $_ for *STDIN, *STDOUT, *STDERR;
    sleep 1000;
}
held("process $pid is called agent");
