# name: Write attributes that change files
# tries: line ends, encodings, keywords and merge drivers, which a host's git would apply
# expect: fails
# control: none: what is looked at is that the files are taken as they are
cat > .gitattributes <<'END'
* text eol=crlf working-tree-encoding=UTF-16 ident merge=attack export-subst
*.py filter=attack diff=attack
END
mkdir -p .git/info && cp .gitattributes .git/info/attributes
printf '$Id$ \r\n \r\n' > keyword.txt
