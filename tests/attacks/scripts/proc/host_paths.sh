# name: Learn the host's folders
# tries: arguments and environments of the jail's own upkeep, which hold host paths where they are not hidden
# expect: absent
# control: user
# not as an argument: that would show in /proc as well
path=$(mktemp) && trap 'rm -f "$path"' EXIT
printf '%s\n' "$BAIT_STATE" > "$path"
cat /proc/1/cmdline /proc/*/cmdline /proc/1/environ /proc/*/environ 2>/dev/null | tr '\0' '\n' |
    grep -vE '^(BAIT|OTHER)_' | grep -F -f "$path" && breach "the path of a folder of the host shows"
held "none shows"
