# name: Take over the jail's first process
# tries: whether process 1, which a command may write to, has a capability, a descriptor or a freedom that we have not
# expect: absent
# control: none: outside the first process is the host's
# gap: gvisor
my %mine = status('self');
for my $pid (1, 2) {
    my %its = status($pid) or next;
    for my $field (grep { /^(?:Cap|Seccomp|NoNewPrivs|Uid|Gid)/ } keys %mine) {
        breach("process $pid has $field $its{$field}, and we $mine{$field}") if ($its{$field} // '') ne $mine{$field};
    }
    for my $fd (glob "/proc/$pid/fd/*") {
        my $target = readlink $fd // next;
        breach("process $pid holds $target") if $target !~ m,^(?:pipe:|/dev/null|anon_inode:\[?(?:eventfd|signalfd)|socket:)|deleted\)$,;
    }
    for my $kind (qw(mnt net pid ipc uts cgroup)) {
        my $its = readlink "/proc/$pid/ns/$kind" // next;
        breach("process $pid has another $kind namespace") if $its ne readlink "/proc/self/ns/$kind";
    }
}
held('it has no more than we have');
sub status {
    my ($pid) = @_;
    open(my $file, '<', "/proc/$pid/status") or return;
    return map { chomp; split /:\s+/, $_, 2 } grep { /:/ } <$file>;
}
