# name: Connect to an abstract socket of the host
# tries: a unix socket without a path, which only a network namespace keeps away
# expect: absent
# control: user
socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or breach("no unix sockets: $!");
connect($socket, pack_sockaddr_un("\0$ENV{BAIT_ABSTRACT}")) or held("connect: $!");
sysread $socket, my $said, 100;
breach("it says $said");
