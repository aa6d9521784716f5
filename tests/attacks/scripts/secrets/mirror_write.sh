# name: Poison what other sessions start from
# tries: writing to the mirror's objects and to the shared checkout below the workspace
# expect: fails
# control: root
cd /workspace
for folder in $(cat .git/objects/info/alternates 2>/dev/null) "$BAIT_LOWER" "$(dirname "$BAIT_MIRROR")/objects"; do
    (: > "$folder/attack.$$") 2>/dev/null && { rm -f "$folder/attack.$$"; breach "$folder can be written"; }
done
held "both are out of reach"
