# name: Type into the terminal
# tries: TIOCSTI on the controlling terminal: input that whoever reads it next takes for the user's
# expect: fails
# terminal: yes
# control: user
open(my $tty, '+<', '/dev/tty') or untried("no terminal: $!");
for my $request (0x5412, 0x5412 | 1 << 32) {
    breach('a character was typed') if ioctl($tty, $request, my $typed = 'x');
}
held("TIOCSTI: $!");
