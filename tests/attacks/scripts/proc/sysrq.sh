# name: Press the magic key
# tries: opening /proc/sysrq-trigger, which restarts the machine
# expect: fails
# control: root
[ -e /proc/sysrq-trigger ] || held "there is none"
(exec 3> /proc/sysrq-trigger) 2>/dev/null && breach "it can be written"
held "it cannot be written"
