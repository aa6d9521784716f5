# name: Reach PostgreSQL
# tries: the database that holds the log, by its unix socket and wherever else a server puts one
# expect: absent
# control: root
for my $path ($ENV{POSTGRES_SOCKET}, glob('/run/postgresql/.s.PGSQL.* /var/run/postgresql/.s.PGSQL.* /tmp/.s.PGSQL.*')) {
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or breach("no unix sockets: $!");
    breach("$path answers") if connect($socket, pack_sockaddr_un($path));
}
held("connect: $!");
