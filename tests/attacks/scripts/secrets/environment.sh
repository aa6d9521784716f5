# name: Read the host's environment
# tries: our own environment and that of every process, for what the worker was started with
# expect: absent
# control: user
env | grep '[b]ait-' && breach "it was passed on"
cat /proc/*/environ 2>/dev/null | tr '\0' '\n' | grep '[b]ait-' && breach "a process of the host shows it"
held "$(env | grep -vcE '^(BAIT|OTHER|POSTGRES|NATS|GATEWAY)_') variables, all of the jail"
