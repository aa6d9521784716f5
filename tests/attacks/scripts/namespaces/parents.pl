# name: Open the namespaces above
# tries: NS_GET_USERNS and NS_GET_PARENT, to get the host's user and pid namespaces as descriptors
# expect: fails
# control: none: nobody outside has a namespace above
for my $kind ('user', 'pid') {
    open(my $own, '<', "/proc/self/ns/$kind") or next;
    my $above = ioctl($own, 0xB702, 0);
    breach("the $kind namespace above is open as $above") if $above && $above > 0;
}
for my $kind ('mnt', 'net', 'ipc', 'uts', 'pid') {
    open(my $own, '<', "/proc/self/ns/$kind") or next;
    my $owner = ioctl($own, 0xB701, 0) or next;
    open(my $handle, "<&=$owner") or next;
    my $above = ioctl($handle, 0xB702, 0);
    breach("the owner of $kind has a parent that opens") if $above && call('setns', $above + 0, 0) == 0;
    breach("the owner of $kind can be joined") if call('setns', $owner + 0, 0) == 0;
}
held("none opens: $!");
