# name: Replace .git by a file
# tries: .git as a file that names another repository, with a monitor in its configuration
# expect: fails
# control: naive
mv .git elsewhere
printf 'gitdir: %s/elsewhere\n' "$PWD" > .git
printf '[core]\n\tfsmonitor = "touch %s; false"\n\tworktree = %s\n' "$CANARY" "$PWD" >> elsewhere/config
