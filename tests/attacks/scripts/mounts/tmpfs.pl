# name: Mount a file system
# tries: mount(2) of a tmpfs over /tmp: a place without limits
# expect: fails
# control: root
held(refused('mount', "none\0", "/tmp\0", "tmpfs\0", 0, 0));
