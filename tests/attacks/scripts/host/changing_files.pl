# name: Change files while they are read
# tries: files that grow, shrink, appear and go without pause
# expect: bounded
# control: none: what is looked at is that the host comes to an end
if (!fork) {
    POSIX::setsid();
    close $_ for *STDIN, *STDOUT, *STDERR;
    my $until = time + 60;
    while (time < $until) {
        for my $name ('a' .. 'z') {
            open(my $file, '>>', "changing-$name") or next;
            syswrite $file, 'x' x 50000;
            truncate $file, int rand 100000;
            unlink "changing-$name" if rand() < 0.3;
            mkdir "folder-$name";
            rename "folder-$name", "folder-$name/../moved-$name" if rand() < 0.5;
            rmdir "moved-$name";
        }
    }
    POSIX::_exit(0);
}
