# name: Find Quarterdeck's data
# tries: the worker's own folder on the host, by its path and by looking everywhere
# expect: absent
# control: root
cat "$BAIT_STATE/secret" 2>/dev/null && breach "read it"
[ -n "$(ls -A "$BAIT_STATE/worker/sessions" 2>/dev/null)" ] && breach "its sessions can be listed"
found=$(find / -name "${BAIT_FILE##*/}" -not -path '/proc/*' 2>/dev/null | head -n 1)
[ -z "$found" ] || breach "$found"
held "it is not there"
