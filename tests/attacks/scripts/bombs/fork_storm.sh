# name: A fork bomb
# tries: processes that start others of their kind, ignore signals and never end
# expect: bounded
# jail: own
# leaves: a daemon
# control: none: outside it would not end
trap '' TERM HUP INT
bomb() { bomb & bomb & }
(bomb) > /dev/null 2>&1 &
held "it runs"
