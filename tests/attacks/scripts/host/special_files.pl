# name: Leave special files
# tries: FIFOs, sockets and, where they can be made, devices in the place of files
# expect: bounded
# control: naive
POSIX::mkfifo('fifo', 0666);
unlink 'src/a.py';
POSIX::mkfifo('src/a.py', 0666);
socket(my $socket, AF_UNIX, SOCK_STREAM, 0);
bind $socket, pack_sockaddr_un('socket');
syscall($ARM ? 33 : 259, -100, "device\0", 0020666, 0x105);
