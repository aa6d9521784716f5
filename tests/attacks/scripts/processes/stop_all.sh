# name: Stop the jail's upkeep
# tries: SIGSTOP to every process but our own, so that nothing answers any more
# expect: bounded
# jail: own
# ends: the jail
# control: none: outside it would stop the tests
(for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [ "$pid" = $$ ] || kill -STOP "$pid" 2>/dev/null
done) &
wait
held "all is stopped that can be"
