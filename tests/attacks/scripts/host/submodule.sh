# name: Plant a submodule
# tries: a submodule whose update is a program, and one whose name climbs out of .git/modules
# expect: fails
# control: naive
command -v git > /dev/null || untried "there is no git"
git() { command git -c user.name=a -c user.email=a@invalid -c safe.directory='*' "$@"; }
git init -q inner
cd inner
git commit -q --allow-empty -m first
first=$(git rev-parse HEAD)
git commit -q --allow-empty -m second
cd ..
cat > .gitmodules <<END
[submodule "../../../attack"]
	path = outer
	url = ./inner
[submodule "inner"]
	path = inner
	url = ./inner
END
printf '[submodule "inner"]\n\turl = ./\n\tactive = true\n\tupdate = "!touch %s;"\n' "$CANARY" >> .git/config
git update-index --add --cacheinfo "160000,$first,inner"
