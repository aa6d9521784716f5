# name: Load a kernel module
# tries: init_module, finit_module and delete_module
# expect: fails
# control: root
held(refused("init_module", "\0", 0, "\0"), refused("finit_module", -1, "\0", 0), refused("delete_module", "no-such-module\0", 0x800));
