# name: Hold the kernel up in a page fault
# tries: userfaultfd, which makes races in the kernel easy to win
# expect: fails
# control: user
held(refused("userfaultfd", 1));
