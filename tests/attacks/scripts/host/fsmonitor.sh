# name: Plant a file system monitor
# tries: core.fsmonitor, which git runs at every look at the files
# expect: fails
# control: naive
printf '[core]\n\tfsmonitor = "touch %s; false"\n' "$CANARY" >> .git/config
echo changed >> README
