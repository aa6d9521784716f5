# name: Become another user
# tries: setuid, setgid, setgroups and new maps of users
# expect: fails
# control: root
breach('became user 0') if POSIX::setuid(0) && $< == 0;
breach('became user 1') if POSIX::setuid(1) && $< == 1;
breach('became group 0') if POSIX::setgid(0) && $( + 0 == 0;
$) = "0 0";
breach('has group 0') if grep { $_ == 0 } split ' ', $);
for my $map ('uid_map', 'gid_map', 'setgroups', 'projid_map') {
    next if !open(my $file, '>', "/proc/self/$map");
    breach("$map can be written") if syswrite($file, $map eq 'setgroups' ? 'allow' : "0 0 4294967295\n");
}
held("setuid: $!");
