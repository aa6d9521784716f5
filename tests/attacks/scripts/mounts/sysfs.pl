# name: Mount sysfs and a control group hierarchy
# tries: sysfs and cgroup v2 over /tmp, from which the host can be configured
# expect: fails
# control: root
held(refused('mount', "none\0", "/tmp\0", "sysfs\0", 0, 0), refused('mount', "none\0", "/tmp\0", "cgroup2\0", 0, 0));
