# name: Take all terminals
# tries: opening /dev/ptmx without end: there is one count of terminals for the whole host
# expect: bounded
# jail: own
# control: user
my @open;
while (@open < 1200) { sysopen(my $file, '/dev/ptmx', O_RDWR | O_NOCTTY) or last; push @open, $file }
my $said = "$!";
breach(scalar(@open), 'terminals') if @open >= 1200;
held(scalar(@open), "terminals: $said");
