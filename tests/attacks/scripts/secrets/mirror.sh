# name: Find the credentials of the repository
# tries: the mirror that the workspace borrows from: its configuration, remotes, hooks and fetch state
# expect: absent
# control: root
command -v git > /dev/null || untried "there is no git in the jail"
cd /workspace
git config --list --show-origin 2>/dev/null | grep -iE '[b]ait-|credential|extraheader|insteadof' && breach "git is configured with it"
git remote -v 2>/dev/null | grep '[b]ait-' && breach "the remote has it"
borrowed=$(cat .git/objects/info/alternates 2>/dev/null | head -n 1)
for file in "$borrowed/../config" "$borrowed/../FETCH_HEAD" "$borrowed/../packed-refs" "$BAIT_MIRROR"; do
    cat "$file" 2>/dev/null && breach "$file can be read"
done
held "only objects are borrowed"
