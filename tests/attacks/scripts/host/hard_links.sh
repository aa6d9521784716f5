# name: Link one file many times
# tries: 1,000 names of one file, tracked ones among them
# expect: bounded
# control: none: what is looked at is that the host comes to an end
echo linked > one
mkdir names
perl -e 'link "one", "names/$_" or last for 0 .. 999'
rm README; ln one README
