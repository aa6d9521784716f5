# name: Use all processors
# tries: sixteen processes that only count, for as long as the command runs
# expect: bounded
# jail: own
# leaves: a daemon
# control: none: what is looked at is that another session goes on
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do (while :; do :; done) > /dev/null 2>&1 & done
held "they count"
