# name: Write to the system
# tries: making a file in every folder outside the session's own places
# expect: fails
# control: root
for folder in / /usr /usr/bin /usr/lib /bin /sbin /lib /etc /dev /dev/pts /var /opt /run /home /root /boot /srv /mnt; do
    [ -d "$folder" ] || continue
    file=$folder/attack.$$
    if (: > "$file") 2>/dev/null; then rm -f "$file"; breach "made a file in $folder"; fi
    if mkdir "$file" 2>/dev/null; then rmdir "$file"; breach "made a folder in $folder"; fi
done
held "every folder of the system is read-only"
