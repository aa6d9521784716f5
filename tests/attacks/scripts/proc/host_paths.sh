# name: Learn the host's folders
# tries: arguments and environments of the jail's own upkeep, which hold host paths where they are not hidden
# expect: absent
# control: user
cat /proc/1/cmdline /proc/*/cmdline /proc/1/environ /proc/*/environ 2>/dev/null | tr '\0' '\n' |
    grep -vE '^(BAIT|OTHER)_' | grep -F "$BAIT_STATE" && breach "a path of the host shows"
held "none shows"
