# name: Look into the jail's own upkeep
# tries: environment, memory, descriptors, working folder and program of the processes that keep the jail
# expect: fails
# control: none: outside there is no upkeep to look into
# gap: gvisor
for process in /proc/[0-9]*; do
    name=$(cat "$process/comm" 2>/dev/null)
    [ "$name" = agent ] || continue
    seen=yes
    for what in environ mem maps fd/0 fd/3 fd/4 cwd/. root/. exe; do
        head -c 1 "$process/$what" > /dev/null 2>&1 && breach "$process/$what opens"
        [ -d "$process/$what" ] && ls "$process/$what" > /dev/null 2>&1 && breach "$process/$what lists"
    done
done
[ "${seen-}" ] || untried "no process is called agent"
held "none of it opens"
