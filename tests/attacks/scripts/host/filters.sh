# name: Plant filters
# tries: clean and smudge filters for all files, by .gitattributes and configuration
# expect: fails
# control: naive
printf '* filter=attack\n' > .gitattributes
printf '[filter "attack"]\n\tclean = "touch %s; cat"\n\tsmudge = "touch %s; cat"\n\tprocess = "touch %s"\n' \
    "$CANARY" "$CANARY" "$CANARY" >> .git/config
echo changed >> README
