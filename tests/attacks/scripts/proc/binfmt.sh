# name: Register a program format
# tries: binfmt_misc, whose interpreter the host would run as well
# expect: fails
# control: root
register=/proc/sys/fs/binfmt_misc/register
[ -e "$register" ] && (exec 3> "$register") 2>/dev/null && breach "$register can be written"
mkdir -p /tmp/binfmt && mount -t binfmt_misc none /tmp/binfmt 2>/dev/null && { umount /tmp/binfmt; breach "it was mounted"; }
held "it cannot be reached"
