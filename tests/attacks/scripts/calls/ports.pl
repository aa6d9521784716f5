# name: Reach hardware ports
# tries: iopl and ioperm
# expect: fails
# control: root
untried("this machine has no ports") if $ARM;
held(refused("iopl", 3), refused("ioperm", 0x80, 1, 1));
