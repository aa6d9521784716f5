# name: Plant a transport
# tries: core.sshCommand, a remote of type ext:: and a program for uploads, for whoever fetches or pushes
# expect: fails
# control: naive
cat >> .git/config <<END
[core]
	sshCommand = "touch $CANARY; false"
[remote "origin"]
	url = ssh://host.invalid/repository
	uploadpack = "touch $CANARY; false"
	fetch = +refs/heads/*:refs/remotes/origin/*
[protocol "ext"]
	allow = always
END
