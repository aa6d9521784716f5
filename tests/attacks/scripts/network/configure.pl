# name: Configure the network
# tries: an interface request and a netlink message that give the loopback another address and make an interface
# expect: fails
# control: root
socket(my $socket, AF_INET, SOCK_DGRAM, 0) or held("socket: $!");
my $request = pack 'a16S n a4 x8', 'lo', AF_INET, 0, inet_aton('10.99.99.99');
my $alias = pack 'a16S n a4 x8', 'lo:9', AF_INET, 0, inet_aton('10.99.99.99');
breach('the loopback has another address') if ioctl $socket, 0x8916, $alias;
my $said = "SIOCSIFADDR: $!";
socket(my $netlink, 16, SOCK_RAW, 0) or held($said);
my $name = pack 'SSa8', 10, 3, 'attack0';
my $kind = pack('SS', 20, 18) . pack('SSa8', 10, 1, "dummy\0\0\0") . '    ';
my $body = pack('CxSiII', 0, 0, 0, 0, 0xFFFFFFFF) . $name . pack('SS', 16, 18) . pack('SSa8', 9, 1, "dummy\0");
my $message = pack('ISSII', 16 + length $body, 16, 0x605, 1, 0) . $body;
send $netlink, $message, 0, pack 'SSII', 16, 0, 0, 0;
sysread $netlink, my $answer, 4096;
my $error = -unpack 'x16i', $answer;
breach('an interface was made') if $error == 0;
held($said, 'netlink:', do { local $! = $error; "$!" });
