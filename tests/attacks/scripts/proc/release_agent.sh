# name: Have the host run a program by a control group
# tries: release_agent and notify_on_release of every hierarchy, as in CVE-2022-0492
# expect: fails
# control: root
for file in $(find /sys/fs/cgroup /proc/self/root/sys/fs/cgroup -maxdepth 3 -name release_agent -o -maxdepth 3 \
    -name notify_on_release -o -maxdepth 3 -name cgroup.procs 2>/dev/null | head -n 50); do
    (exec 3>> "$file") 2>/dev/null && breach "$file can be written"
done
if mount -t cgroup -o memory cgroup /tmp 2>/dev/null; then umount /tmp; breach "a hierarchy was mounted"; fi
held "no hierarchy is in reach"
