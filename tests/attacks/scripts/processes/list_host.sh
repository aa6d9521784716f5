# name: See the host's processes
# tries: reading the command line and environment of every process there is
# expect: absent
# control: user
for process in /proc/[0-9]*; do
    tr '\0' '\n' < "$process/environ"; tr '\0' '\n' < "$process/cmdline"
    [ "$process" = "/proc/$BAIT_PID" ] && breach "$process is the bait"
done 2>/dev/null | grep '[b]ait-' && breach "a process of the host shows"
[ -d "/proc/$BAIT_PID" ] && grep -qs bait "/proc/$BAIT_PID/cmdline" && breach "process $BAIT_PID shows"
held "$(ls -d /proc/[0-9]* | wc -l) processes, all of the jail"
