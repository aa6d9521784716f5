# name: Use names that other systems take for .git
# tries: .GIT, git~1 and .git with invisible letters: a checkout on another system would run their hooks
# expect: fails
# control: none: it takes another file system to fall for them
for name in .GIT .Git 'git~1' 'GIT~2' '.git ' '.git.' .git::\$INDEX_ALLOCATION "$(printf '.g\342\200\214it')" "$(printf '.gi\342\200\215t')"; do
    mkdir -p "$name/hooks" 2>/dev/null && printf '#!/bin/sh\ntouch "%s"\n' "$CANARY" > "$name/hooks/pre-commit"
done
