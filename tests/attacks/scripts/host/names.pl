# name: Use hostile names
# tries: names with newlines, terminal escapes, bytes that are no text, dashes, dots and 255 bytes
# expect: bounded
# control: none: what is looked at is that the host takes them or says why not
my @names = ("new\nline", "\e]52;c;eA==\a", "\xff\xfe\x80", '-rf', '--exec=sh', '~', '$(touch x)', '`touch x`', ' ', "tab\t", 'x' x 255,
    "quote'\"\\", "..\xe2\x80\xaegpj.exe", '...', "a\rb", "\x01\x02", 'con', 'nul.txt', 'a:b', "caf\xc3\xa9", "cafe\xcc\x81", '%s%n', '*', '?', '[a]');
for my $name (@names) { if (open my $file, '>', $name) { print $file "x\n" } }
mkdir "folder\nwith line";
if (open my $file, '>', "folder\nwith line/\e[2Jfile") { print $file "x\n" }
