# name: Reach other terminals
# tries: writing to and reading from every terminal in /dev/pts but our own
# expect: absent
# terminal: yes
# control: none: terminals of others are closed to us outside too, unless one user has them all
own=$(readlink /proc/$$/fd/1)
for terminal in /dev/pts/[0-9]*; do
    [ "$terminal" = "$own" ] && continue
    (exec 3<> "$terminal") 2>/dev/null && breach "$terminal opens"
done
held "$(ls /dev/pts | tr '\n' ' ')"
