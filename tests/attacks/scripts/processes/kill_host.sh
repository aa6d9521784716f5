# name: Kill a process of the host
# tries: SIGKILL to a process of the host that runs as the jail's own user, and to its whole group
# expect: absent
# control: user
kill -0 "$BAIT_PID" 2>/dev/null && breach "process $BAIT_PID hears us"
kill -9 "-$BAIT_PID" 2>/dev/null && breach "its group hears us"
held "there is no such process"
