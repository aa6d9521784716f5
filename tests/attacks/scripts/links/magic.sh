# name: Climb out through /proc's magic links
# tries: /proc/*/root, /proc/*/cwd and /proc/*/fd of every process, followed to a host file
# expect: absent
# control: user
for process in /proc/[0-9]*; do
    for way in root cwd $(ls "$process/fd" 2>/dev/null | sed s,^,fd/,); do
        cat "$process/$way$BAIT_FILE" "$process/$way/../../../../../..$BAIT_FILE" 2>/dev/null && breach "$process/$way"
    done
done
held "no link leads out"
