# name: Build a deep tree
# tries: 10,000 folders inside each other in /tmp: deeper than any path is long
# expect: bounded
# jail: own
# control: none: what is looked at is that the jail can be removed
chdir '/tmp';
my $deep = 0;
for (1 .. 10_000) { mkdir 'd' or last; chdir 'd' or last; $deep++ }
held("$deep folders");
