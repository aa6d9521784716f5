# name: Be traced
# tries: PTRACE_TRACEME: a tracer can change a call after older kernels' filters have looked at it
# expect: fails
# control: user
held(refused('ptrace', 0, 0, 0, 0));
