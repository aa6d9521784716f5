# name: Flood the output
# tries: four times as much output as a command may have
# expect: bounded
# jail: own
# ends: the command
# control: none: outside nobody counts
my $line = 'x' x 65535 . "\n";
my $most = 4 * $ENV{LIMIT_OUTPUT};
for (my $written = 0; $written < $most;) { $written += syswrite(STDOUT, $line) // last }
breach('all of it was taken');
