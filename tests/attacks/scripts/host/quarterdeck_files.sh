# name: Replace Quarterdeck's own files
# tries: personas and settings below .quarterdeck as links to host files, pipes and bombs
# expect: absent
# control: naive
mkdir -p .quarterdeck/personas docs
ln -s "$BAIT_FILE" .quarterdeck/personas/leak.toml
mkfifo .quarterdeck/personas/pipe.toml
ln -s "$BAIT_FILE" docs/TASKS.md
ln -s "$BAIT_FILE" Dockerfile
