# name: Administer the machine
# tries: reboot, swapon, quotactl and acct, with arguments that do nothing
# expect: fails
# control: root
held(refused("reboot", 0, 0, 0, 0), refused("swapon", "/nowhere\0", 0), refused("acct", "/nowhere\0"),
    refused("quotactl", 0x800001 << 8, "/nowhere\0", 0, 0));
