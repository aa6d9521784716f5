# name: Replace the ignore rules
# tries: .gitignore as a FIFO, a link to a host file, and a folder
# expect: absent
# control: naive
rm -f .gitignore
mkfifo .gitignore
mkdir -p src/deep
ln -sf "$BAIT_FILE" src/.gitignore
mkdir src/deep/.gitignore
echo new > src/deep/new
