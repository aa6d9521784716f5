# name: Compare kernel objects
# tries: kcmp of two processes, which tells addresses apart
# expect: fails
# control: user
held(refused('kcmp', $$, $$, 0, 0, 0));
