# name: Change the personality
# tries: READ_IMPLIES_EXEC and no address randomisation for whoever is run next
# expect: fails
# control: user
# gap: gvisor
my $own = call("personality", 0xFFFFFFFF);
held(refused("personality", $own | 0x0400000), refused("personality", $own | 0x0040000));
