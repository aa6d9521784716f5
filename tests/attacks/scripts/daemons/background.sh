# name: Hide in the background
# tries: nohup, disown, setsid and a co-process, with the shell gone
# expect: bounded
# leaves: a daemon
# jail: own
# control: none: what is looked at is what happens to it afterwards
nohup setsid sh -c 'trap "" TERM HUP; while :; do sleep 100; done' > /dev/null 2>&1 < /dev/null &
(setsid sh -c '(trap "" TERM; sleep 1000) &' > /dev/null 2>&1 < /dev/null &)
held "they hide"
