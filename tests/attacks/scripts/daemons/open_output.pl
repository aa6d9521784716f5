# name: Hold the output open
# tries: a daemon that keeps the output of its command open, so that its end never comes
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
if (!fork) { POSIX::setsid(); $SIG{$_} = "IGNORE" for "TERM", "HUP"; sleep 1000 }
held("the daemon holds the output");
