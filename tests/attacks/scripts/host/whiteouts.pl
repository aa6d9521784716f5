# name: Forge what an overlay means
# tries: whiteouts and opaque folders of our own: files would seem deleted, or those of the host seem ours
# expect: bounded
# control: none: only an overlay's owner gives them a meaning
syscall($ARM ? 33 : 259, -100, "src/forged\0", 0020000, 0);
for my $prefix ('user.overlay.', 'trusted.overlay.') {
    for my $mark (['opaque', 'y'], ['redirect', '/etc'], ['metacopy', ''], ['whiteout', 'y'], ['origin', 'x' x 30]) {
        call('setxattr', "src\0", "$prefix$mark->[0]\0", $mark->[1], length $mark->[1], 0);
        call('setxattr', "README\0", "$prefix$mark->[0]\0", $mark->[1], length $mark->[1], 0);
    }
}
if (open my $file, '>', '.wh.README') { print $file '' }
if (open my $file, '>', '.wh..wh..opq') { print $file '' }
