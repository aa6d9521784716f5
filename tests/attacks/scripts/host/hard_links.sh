# name: Link one file many times
# tries: 1,000 names of one file, tracked ones among them
# expect: bounded
# control: none: what is looked at is that the host comes to an end
echo linked > one
mkdir names
for i in 0 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9; do for k in 0 1 2 3 4 5 6 7 8 9; do ln one names/$i$j$k; done; done; done
rm README; ln one README
