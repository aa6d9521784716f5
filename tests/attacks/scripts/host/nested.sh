# name: Plant a repository in the repository
# tries: a folder with a .git of its own, whose monitor runs when its parent is looked at
# expect: fails
# control: naive
command -v git > /dev/null || untried "there is no git"
git -c init.defaultBranch=main init -q inner
cd inner
git -c user.name=a -c user.email=a@invalid commit -q --allow-empty -m inner
cd ..
git add inner 2> /dev/null
printf '[core]\n\tfsmonitor = "touch %s; false"\n' "$CANARY" >> inner/.git/config
echo new > inner/file
