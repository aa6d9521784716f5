# name: Take all descriptors
# tries: opening files until there are no more descriptors, in several processes
# expect: bounded
# control: none: the limit outside is the host's own
my @open;
while (@open < 2 * $ENV{LIMIT_FILES}) { open(my $file, '<', '/dev/null') or last; push @open, $file }
breach(scalar(@open), 'files') if @open >= 2 * $ENV{LIMIT_FILES};
my $count = @open;
my $said = "$!";
close shift @open for 1 .. 20;
held("$count files: $said");
