# name: A line without an end
# tries: 3 MB of output without a newline, with half characters and zero bytes in it
# expect: bounded
# jail: own
# control: none: it is the host that reads it which is tried
my $block = ("\xe2\x82" . "\0" . "\x1b]0;") x 10000;
for (my $written = 0; $written < 3_000_000;) { $written += syswrite(STDOUT, $block) // last }
print "\n";
held('it was printed');
