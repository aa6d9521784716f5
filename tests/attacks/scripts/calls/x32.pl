# name: Call by the x32 numbers
# tries: the x32 ABI: the same calls by other numbers, which filters miss
# expect: fails
# control: none: few kernels have the x32 ABI
for my $number (39, 165, 272, 101, 512 .. 547) {
    $! = 0;
    my $answer = syscall(0x40000000 | $number, 0, 0, 0, 0);
    breach("x32 call $number answers " . ($answer == -1 ? $! : $answer)) if $answer != -1 || $! != ENOSYS;
}
held("there is no x32");
