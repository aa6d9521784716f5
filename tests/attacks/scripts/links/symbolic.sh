# name: Read a host file through a symbolic link
# tries: links from the workspace to a file of the host and to its folder
# expect: absent
# control: user
place=$(mktemp -d) && cd "$place" || untried "no /tmp"
trap 'rm -rf "$place"' EXIT
ln -s "$BAIT_FILE" file; ln -s "$(dirname "$BAIT_FILE")" folder; ln -s / root
cat file folder/* "root$BAIT_FILE" 2>/dev/null && breach "read it"
held "the links lead nowhere"
