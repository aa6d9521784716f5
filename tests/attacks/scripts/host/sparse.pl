# name: Leave huge files
# tries: sparse files of a gigabyte each, which cost the jail nothing
# expect: bounded
# control: none: what is looked at is what it costs the host
$SIG{XFSZ} = 'IGNORE';
for my $number (1 .. 20) {
    open(my $file, '>', "huge-$number") or next;
    truncate $file, 1 << 40 or truncate $file, (1 << 30) - 1 or truncate $file, 1 << 26;
}
