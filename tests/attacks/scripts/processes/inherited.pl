# name: Use what was inherited
# tries: every descriptor from 3 up: sockets to the shim, files of the host, folders outside
# expect: absent
# control: none: what is inherited depends on who starts it
opendir(my $folder, '/proc/self/fd') or breach("no /proc/self/fd: $!");
my $own = fileno $folder;
my @extra;
for my $fd (grep { /^\d+$/ && $_ > 2 } readdir $folder) {
    my $target = readlink "/proc/self/fd/$fd" // next;
    push @extra, "$fd=$target" if $target !~ m,^/proc/\d+/fd$,;
}
# the shell lends the file that this script is read from
@extra = grep { !/=\/(?:tmp|dev)\/|=pipe:/ } @extra;
@extra ? breach(@extra) : held('0, 1 and 2 only');
