# name: Read and write /sys
# tries: firmware, debugging, tracing, security and power files, and writing to any file below /sys
# expect: fails
# control: root
for folder in kernel/debug kernel/tracing kernel/security firmware fs/bpf fs/pstore devices/virtual/powercap fs/fuse; do
    [ -z "$(find "/sys/$folder" -type f -readable 2>/dev/null | head -n 1)" ] || breach "/sys/$folder shows something"
done
for file in $(find /sys -maxdepth 5 -type f -writable 2>/dev/null | head -n 200); do
    (exec 3>> "$file") 2>/dev/null && breach "$file can be written"
done
held "nothing of it"
