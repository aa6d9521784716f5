# name: Count events
# tries: perf_event_open of a software event of our own
# expect: fails
# control: user
my $event = pack "IIQQQQQ", 1, 64, 0, 0, 0, 0, 0x60;
$event .= "\0" x (64 - length $event);
held(refused("perf_event_open", $event, 0, -1, -1, 0));
