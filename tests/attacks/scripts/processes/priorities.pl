# name: Take the processor
# tries: real-time scheduling, a negative nice value and raising one's own hard limits
# expect: fails
# control: root
# gap: gvisor
breach('SCHED_FIFO') if call('sched_setscheduler', 0, 1, pack('i', 10)) == 0;
my $said = "sched_setscheduler: $!";
setpriority 0, 0, -10;
breach('nice -10') if getpriority(0, 0) < 0;
if (open my $score, '>', '/proc/self/oom_score_adj') { breach('oom_score_adj -1000') if syswrite $score, '-1000' }
held($said);
