# name: Find Quarterdeck's own settings
# tries: tokens and addresses of the platform in the environment
# expect: absent
# control: none: outside it depends on who runs the tests
found=$(env | grep -E '^(QD_|QUARTERDECK|DATABASE_URL|PG|NATS_URL|AWS_|GITHUB_|GITLAB_|SSH_|XDG_|DBUS_|LD_)' | head -n 3)
[ -z "$found" ] || breach "$found"
held "none is set"
