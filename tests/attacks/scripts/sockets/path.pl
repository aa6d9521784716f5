# name: Connect to a unix socket of the host
# tries: a socket that everybody may connect to, by its path, through /proc/1/root and from a relative folder
# expect: absent
# control: user
for my $path ($ENV{BAIT_SOCKET}, "/proc/1/root$ENV{BAIT_SOCKET}", "/proc/self/root$ENV{BAIT_SOCKET}") {
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or breach("no unix sockets: $!");
    connect($socket, pack_sockaddr_un($path)) or next;
    sysread $socket, my $said, 100;
    breach("it says $said");
}
held("connect: $!");
