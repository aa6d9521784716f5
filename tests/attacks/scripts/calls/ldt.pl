# name: Write a local descriptor table
# tries: modify_ldt, 16-bit segments and the bugs that were in them
# expect: fails
# control: user
held(refused("modify_ldt", 0, "\0" x 16, 16));
