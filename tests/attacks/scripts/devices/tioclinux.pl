# name: Paste into the console
# tries: TIOCLINUX and TIOCSETD on the controlling terminal: its selection and its line discipline
# expect: fails
# terminal: yes
# control: user
open(my $tty, '+<', '/dev/tty') or untried("no terminal: $!");
my $selection = pack 'CSSSSS', 2, 1, 1, 1, 1, 0;
breach('TIOCLINUX works') if ioctl($tty, 0x541C, $selection);
my $first = "$!";
breach('TIOCSETD works') if ioctl($tty, 0x5423, my $discipline = pack 'i', 0);
held("TIOCLINUX: $first, TIOCSETD: $!");
