# name: Link to the host's files
# tries: links in the place of files, new and tracked ones, to files of the host and of root
# expect: absent
# control: naive
ln -s "$BAIT_FILE" link
ln -s "$BAIT_STATE/secret" roots-link
rm README src/a.py
ln -s "$BAIT_FILE" README
ln -s /proc/self/environ src/a.py
