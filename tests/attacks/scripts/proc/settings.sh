# name: Change the kernel's settings
# tries: writing to core_pattern, modprobe, hostname, ip_forward and whatever else of /proc/sys seems writable
# expect: fails
# control: root
same() { value=$(cat "$1") && echo "$value" > "$1"; }
for file in kernel/core_pattern kernel/modprobe kernel/hostname kernel/randomize_va_space vm/overcommit_memory \
    net/ipv4/ip_forward user/max_user_namespaces $(cd /proc/sys && find . -type f -writable 2>/dev/null | head -n 20); do
    [ -e "/proc/sys/$file" ] && same "/proc/sys/$file" 2>/dev/null && breach "/proc/sys/$file can be written"
done
held "none can be written"
