# name: Read the host's secret files
# tries: passwords, keys, machine id and credentials where hosts keep them
# expect: absent
# control: root
for file in /etc/shadow /etc/gshadow /etc/machine-id /etc/ssh/ssh_host_ed25519_key /etc/ssl/private /etc/sudoers /root/.bashrc \
    /root/.ssh /root/.netrc /root/.git-credentials /root/.docker/config.json /root/.aws/credentials /root/.kube/config \
    /var/lib/dpkg/status /etc/krb5.keytab /etc/fstab /boot/vmlinuz /var/log/syslog /etc/resolv.conf.d; do
    head -c 1 "$file" 2>/dev/null | grep -q . && breach "$file can be read"
    [ -d "$file" ] && [ -n "$(ls -A "$file" 2>/dev/null)" ] && breach "$file can be listed"
done
held "none is there"
