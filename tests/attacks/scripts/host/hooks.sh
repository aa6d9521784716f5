# name: Plant hooks
# tries: a program for each of git's hooks, in the workspace's own .git
# expect: fails
# control: naive
mkdir -p .git/hooks
for hook in applypatch-msg commit-msg fsmonitor-watchman post-checkout post-commit post-index-change post-merge pre-commit \
    pre-push prepare-commit-msg reference-transaction sendemail-validate update post-update pre-receive; do
    printf '#!/bin/sh\ntouch "%s"\n' "$CANARY" > .git/hooks/$hook
    chmod +x .git/hooks/$hook
done
echo changed >> README
