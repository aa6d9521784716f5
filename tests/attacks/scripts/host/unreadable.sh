# name: Leave what cannot be read or removed
# tries: files and folders without permissions, set-uid and sticky ones
# expect: bounded
# control: none: what is looked at is that the host reads and removes all of it
mkdir -p closed/inner sticky
echo x > closed/inner/file
echo x > sticky/file
chmod 6777 sticky/file
chmod 1777 sticky
chmod 000 closed/inner/file README
chmod 000 closed/inner
chmod 000 closed
