# name: Resolve a name
# tries: the C library's resolver, and the sockets of systemd-resolved and nscd
# expect: absent
# control: none: a host without a network resolves nothing either
for path in /run/systemd/resolve /run/nscd/socket /var/run/nscd/socket /run/avahi-daemon/socket; do
    [ -e "$path" ] && breach "$path is there"
done
found=$(getent hosts example.com) && breach "$found"
held "no name is resolved"
