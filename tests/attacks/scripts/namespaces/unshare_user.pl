# name: Make a user namespace
# tries: unshare(CLONE_NEWUSER), in which one is root and reaches the kernel's less tested parts
# expect: fails
# control: user
held(refused('unshare', 0x10000000));
