# name: Start another kernel
# tries: kexec_load with flags that no kernel takes
# expect: fails
# control: root
held(refused("kexec_load", 0, 0, 0, 0x7FFF));
