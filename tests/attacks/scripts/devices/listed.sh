# name: Find any device beyond the harmless ones
# tries: listing every device node in the jail
# expect: absent
# control: user
# gap: gvisor
found=$(find /dev /tmp /workspace /run /home -xdev \( -type b -o -type c \) 2>/dev/null |
    grep -vE '^/dev/(null|zero|full|random|urandom|tty|ptmx|console|pts/(ptmx|[0-9]+))$' | head -n 5)
[ -z "$found" ] || breach $found
if (exec 3<> /dev/console) 2>/dev/null && [ "$(ls -l /dev/console | cut -c1)" = c ] && [ ! -t 0 ]; then breach "the console opens"; fi
held "only null, zero, full, random, urandom, tty and terminals"
