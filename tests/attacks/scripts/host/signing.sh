# name: Plant programs for commits
# tries: gpg.program with commit.gpgSign, an editor, a pager, credential helpers and aliases
# expect: fails
# control: naive
cat >> .git/config <<END
[core]
	editor = "touch $CANARY; false"
	pager = "touch $CANARY; cat"
	askPass = "touch $CANARY"
[commit]
	gpgSign = true
[gpg]
	program = $PWD/tools-gpg
[credential]
	helper = "!touch $CANARY"
END
printf '#!/bin/sh\ntouch "%s"\n' "$CANARY" > tools-gpg
chmod +x tools-gpg
echo changed >> README
