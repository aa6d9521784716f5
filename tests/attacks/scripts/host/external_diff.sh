# name: Plant a diff program
# tries: diff.external and a textconv, for whoever shows the changes
# expect: fails
# control: naive
printf '* diff=attack\n' > .gitattributes
printf '[diff]\n\texternal = "touch %s"\n[diff "attack"]\n\ttextconv = "touch %s; cat"\n' "$CANARY" "$CANARY" >> .git/config
echo changed >> README
