# name: Poison the objects
# tries: objects, packs and an index of the workspace's own that are garbage, bombs or another's
# expect: bounded
# control: none: what is looked at is that the host opens none of them
mkdir -p .git/objects/pack .git/objects/00 .git/objects/info
head -c 100000 /dev/urandom > .git/objects/pack/pack-0000000000000000000000000000000000000000.pack
head -c 1000000 /dev/zero > .git/index
printf '%s\n/proc/self/root\n../../../../../../..\n' "$(dirname "$BAIT_FILE")" > .git/objects/info/alternates
head -c 100000 /dev/zero > .git/objects/00/00000000000000000000000000000000000000
echo changed >> README
