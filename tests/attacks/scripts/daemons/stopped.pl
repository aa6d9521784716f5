# name: Play dead
# tries: daemons that have stopped themselves, and hear no signal but SIGKILL
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
for (1 .. 5) { if (!fork) { POSIX::setsid(); close $_ for *STDIN, *STDOUT, *STDERR; kill "STOP", $$; sleep 1000 } }
held("five are stopped");
