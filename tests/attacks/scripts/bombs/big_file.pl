# name: Make a huge file
# tries: a file of 1 TiB with nothing in it, which costs readers what it claims to hold
# expect: bounded
# control: user
$SIG{XFSZ} = 'IGNORE';
my $path = -d '/workspace' ? "/workspace/huge-$$" : "/tmp/huge-$$";
open(my $file, '>', $path) or breach("no file: $!");
my $done = truncate $file, 1 << 40;
my $said = "$!";
unlink $path;
breach('1 TiB') if $done;
held("truncate: $said");
