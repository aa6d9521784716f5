# name: Find a way to the network
# tries: interfaces beyond the loopback, and a default route
# expect: absent
# control: user
others=$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | grep -vxE 'lo|sit0|tunl0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0')
[ -z "$others" ] || breach "$others"
[ "$(wc -l < /proc/net/route)" -le 1 ] || breach "there is a route"
held "only the jail's own loopback"
