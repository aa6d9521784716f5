# name: Move the work tree
# tries: core.worktree, to a folder of the host whose files would be taken
# expect: absent
# control: naive
printf '[core]\n\tworktree = %s\n\tbare = false\n' "$(dirname "$BAIT_FILE")" >> .git/config
