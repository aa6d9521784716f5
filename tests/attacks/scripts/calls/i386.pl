# name: Call by the i386 numbers
# tries: int 0x80 in a program of ours: the 32-bit ABI, whose numbers mean other calls
# expect: fails
# control: user
untried('this machine has no i386 ABI') if $ARM;
# getpid by int 0x80, then exit(its result > 0 ? 42 : 43) by syscall
my $code = "\xb8\x14\0\0\0\xcd\x80\x85\xc0\xbf\x2a\0\0\0\x7f\x05\xbf\x2b\0\0\0\xb8\x3c\0\0\0\x0f\x05";
my $size = 120 + length $code;
my $header = "\x7fELF\x02\x01\x01" . "\0" x 9 . pack('SSIQQQISSSSSS', 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0);
my $segment = pack 'IIQQQQQQ', 1, 5, 0, 0x400000, 0x400000, $size, $size, 0x1000;
for my $place (grep { -d } '/workspace', '/tmp') {
    my $path = "$place/i386-$$";
    open(my $file, '>', $path) or next;
    binmode $file;
    print $file $header, $segment, $code;
    close $file;
    chmod 0755, $path;
    my $status = system { $path } $path;
    unlink $path;
    breach('a 32-bit call was answered') if $status >> 8 == 42;
    held('the process was ended by signal ' . ($status & 127)) if $status & 127;
    held('the call is not there') if $status >> 8 == 43;
}
untried("our program cannot be started: $!");
