# name: Write ignore rules that cost
# tries: patterns which take a careless matcher for ever, and very many of them
# expect: bounded
# control: none: what is looked at is what it costs the host
open(my $rules, '>', '.gitignore') or breach("no file: $!");
print $rules 'a*' x 60, "b\n", '**/' x 60, "x\n", '[' x 5000, "\n", '*?' x 200, "z\n";
print $rules "*$_*$_*$_*x\n" for 1 .. 20000;
mkdir 'aa';
for (1 .. 50) { if (open my $file, '>', 'aa/' . 'a' x 200 . $_) { print $file 'x' } }
