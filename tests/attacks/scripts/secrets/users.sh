# name: Learn who uses the host
# tries: users, groups, name, hardware and file systems of the host
# expect: absent
# control: root
[ "$(cut -d: -f3 /etc/passwd | awk '$1 >= 1000 && $1 != 65534' | wc -l)" -le 1 ] || breach "/etc/passwd has people"
cat /etc/hosts /etc/hostname 2>/dev/null | grep -F "$BAIT_HOST_NAME" && breach "the host's name shows"
[ "$(uname -n)" = "$BAIT_HOST_NAME" ] && breach "the host's name is ours"
for file in /sys/class/dmi/id/product_uuid /sys/class/net/eth0/address; do
    [ -r "$file" ] && breach "$file can be read"
done
held "one user on a host called $(uname -n)"
