# name: Look at another session
# tries: the files, temporary files and processes of a second session that stands at the same time
# expect: absent
# control: user
cat "$OTHER_FILE" /tmp/other-session /workspace/other-session /dev/shm/other-session 2>/dev/null && breach "read its file"
cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\0' '\n' | grep -E '^(OTHER=)?[b]ait-' && breach "its process shows"
held "nothing of it shows"
