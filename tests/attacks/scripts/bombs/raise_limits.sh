# name: Raise one's own limits
# tries: ulimit of files, file size and core dumps, above what was given
# expect: fails
# control: none: a host whose root lacks CAP_SYS_RESOURCE allows it to nobody
(ulimit -n 50 && ulimit -n 51) 2>/dev/null && breach "the number of files can be raised"
(ulimit -c 0; ulimit -c 1) 2>/dev/null && breach "the size of a core dump can be raised"
(ulimit -f 1000 && ulimit -f 1001) 2>/dev/null && breach "the size of a file can be raised"
held "none can be raised"
