# name: List the host's sockets
# tries: /proc/net/unix, tcp, udp and route, for names and ports of the host
# expect: absent
# control: user
grep -qs "${BAIT_SOCKET##*/}" /proc/net/unix /proc/*/net/unix && breach "the host's sockets show"
grep -qs "$(printf ':%04X' "$BAIT_PORT")" /proc/net/tcp /proc/*/net/tcp && breach "the host's port shows"
held "only the jail's own"
