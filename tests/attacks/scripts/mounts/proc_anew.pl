# name: Mount /proc anew, without its masks
# tries: a second procfs over /tmp, in which nothing is covered
# expect: fails
# control: root
held(refused('mount', "proc\0", "/tmp\0", "proc\0", 0, 0));
