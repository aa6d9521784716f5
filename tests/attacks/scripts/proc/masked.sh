# name: Read the kernel's secrets
# tries: memory, symbols, keys, timers, start parameters, interrupts and allocations as /proc shows them
# expect: absent
# control: root
# gap: gvisor
for file in kcore kallsyms keys key-users timer_list sched_debug slabinfo vmallocinfo pagetypeinfo iomem ioports cmdline \
    interrupts kpageflags kpagecount kpagecgroup kmsg modules latency_stats timer_stats config.gz mtrr bootconfig; do
    [ -e "/proc/$file" ] || continue
    [ -z "$(head -c 64 "/proc/$file" 2>/dev/null | tr -d '\0')" ] || breach "/proc/$file shows something"
done
for folder in acpi scsi asound driver bus fs/nfsd; do
    [ -z "$(find "/proc/$folder" -type f -readable 2>/dev/null | head -n 1)" ] || breach "/proc/$folder shows something"
done
held "all of it is covered"
