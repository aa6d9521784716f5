# name: Replace .git by a FIFO
# tries: .git, HEAD and the index as pipes that nobody writes to
# expect: bounded
# control: naive
rm -rf .git
mkfifo .git README.pipe
rm README
mkfifo README
