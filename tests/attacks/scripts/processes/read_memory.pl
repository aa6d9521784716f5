# name: Read another process's memory
# tries: process_vm_readv, and /proc/*/mem of all processes but ours
# expect: fails
# control: root
my $child = fork // breach('no fork');
if (!$child) { sleep 20; POSIX::_exit(0) }
my $said = refused_quietly();
kill 'KILL', $child;
my %own = map { $_ => 1 } $$, $child, getppid();
for my $path (glob '/proc/[0-9]*/mem') {
    my ($pid) = $path =~ /(\d+)/;
    next if $own{$pid} || is_of_the_command($pid);
    breach("$path opens") if open my $memory, '<', $path;
}
held($said);
sub refused_quietly {
    my $answer = call('process_vm_readv', $child, 0, 0, 0, 0, 0);
    my $said = "process_vm_readv: $!";
    if ($answer != -1) { kill 'KILL', $child; breach('process_vm_readv works') }
    return $said;
}
# in a jail, what is not its upkeep has no more power than we have; outside, every process counts
sub is_of_the_command {
    my ($pid) = @_;
    return 0 if -e "/proc/$ENV{BAIT_PID}";
    open(my $status, '<', "/proc/$pid/status") or return 1;
    return <$status> !~ /^Name:\s+agent$/;
}
