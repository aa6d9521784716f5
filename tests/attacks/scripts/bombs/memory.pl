# name: Take all memory
# tries: twice as much memory as is allowed, written to
# expect: bounded
# jail: own
# limit: memory
# ends: the command
# control: user
my $step = 16 << 20;
my @taken;
for (1 .. 2 * $ENV{LIMIT_MEMORY} / $step) { push @taken, pack "x$step"; substr($taken[-1], 4096 * $_, 1) = 'x' for 0 .. $step / 4096 - 1 }
breach(@taken * 16 . ' MiB');
