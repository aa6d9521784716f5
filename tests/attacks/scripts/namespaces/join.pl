# name: Join another namespace
# tries: setns into the namespaces of every process that can be seen, by file and by pidfd
# expect: fails
# control: root
my @tried;
for my $path (glob '/proc/[0-9]*/ns/{mnt,net,ipc,uts}') {
    open(my $namespace, '<', $path) or next;
    push @tried, refused('setns', fileno $namespace, 0);
}
my $process = call('pidfd_open', 1, 0);
push @tried, refused('setns', $process, 0x4000000) if $process >= 0;
@tried ? held($tried[-1]) : held('none can be opened');
