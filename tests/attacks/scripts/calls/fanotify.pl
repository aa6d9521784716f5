# name: Watch all files
# tries: fanotify_init: a watch over whole file systems
# expect: fails
# control: user
held(refused("fanotify_init", 0x200, 0));
