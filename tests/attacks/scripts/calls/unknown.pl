# name: Call what the filter does not know
# tries: system call numbers beyond the last known one
# expect: fails
# control: none: a kernel has no such calls either
for my $number (470 .. 520, 1000) {
    $! = 0;
    my $answer = syscall($number, 0, 0, 0, 0);
    breach("call $number answers " . ($answer == -1 ? $! : $answer)) if $answer != -1 || $! != ENOSYS;
}
held("none of them is there");
