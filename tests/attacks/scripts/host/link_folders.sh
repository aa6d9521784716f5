# name: Link to the host's folders
# tries: links in the place of tracked folders, so that the names below them are the host's
# expect: absent
# control: naive
rm -rf src
ln -s "$(dirname "$BAIT_FILE")" src
ln -s / root
ln -s . loop
ln -s ../../../../../../../../.. above
