# name: Take capabilities
# tries: capset, ambient capabilities, keeping them over a change of user, and taking back no-new-privileges
# expect: fails
# control: root
my $header = pack 'Ii', 0x20080522, 0;
my $all = pack 'I6', (0xFFFFFFFF) x 6;
breach('capset gave CAP_SYS_ADMIN') if call('capset', $header, pack('I6', 0x200000, 0x200000, 0, 0, 0, 0)) == 0;
my $said = "capset: $!";
breach('an ambient capability') if call('prctl', 47, 2, 21, 0, 0) == 0;
call('prctl', 38, 0, 0, 0, 0);
open(my $status, '<', '/proc/self/status');
for (<$status>) {
    breach("$_") if /^Cap(?:Prm|Eff|Bnd|Amb):\s+(?!0+$)/;
    breach('no-new-privileges is off') if /^NoNewPrivs:\s+0/;
}
held($said);
