# name: Replace .git by a link
# tries: .git as a symbolic link to a folder of the host
# expect: absent
# control: naive
rm -rf .git
ln -s "$(dirname "$BAIT_FILE")" .git
