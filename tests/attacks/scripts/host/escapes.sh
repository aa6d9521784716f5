# name: Speak to the viewer's terminal
# tries: clipboard, title, answer-back, links and mouse sequences in the output, for whoever plays it back
# expect: fails
# control: none: what terminals do is their own
printf '\033]52;c;YXR0YWNr\007\033]0;attack\007\033[c\033[6n\033[21t\033P$qm\033\\\033]8;;file:///etc/passwd\033\\link\033]8;;\033\\'
printf '\033[?1000h\033[?2004h\033]1337;File=:YQ==\007\033_attack\033\\\302\235attack\n'
