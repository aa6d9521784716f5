# name: Take all watches
# tries: inotify instances without end: there is one count of them for all sessions of one host user
# expect: bounded
# jail: own
# control: none: outside it would take them from the host
my $made = 0;
while ($made < 4000) { last if call('inotify_init1', 0) < 0; $made++ }
my $said = "$!";
breach("$made instances") if $made >= 4000;
held("$made instances: $said");
