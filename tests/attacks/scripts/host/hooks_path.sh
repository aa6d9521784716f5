# name: Move the hooks
# tries: core.hooksPath, to a folder of the workspace
# expect: fails
# control: naive
mkdir -p tools
printf '#!/bin/sh\ntouch "%s"\n' "$CANARY" | tee tools/pre-commit > tools/post-index-change
chmod +x tools/*
printf '[core]\n\thooksPath = %s/tools\n' "$PWD" >> .git/config
echo changed >> README
