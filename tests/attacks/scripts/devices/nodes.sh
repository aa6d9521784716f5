# name: Find a dangerous device
# tries: opening disks, memory, loop, FUSE, KVM, tun, vhost, console, input, graphics and kernel log devices
# expect: absent
# control: root
# gap: gvisor
for device in mem kmem port kmsg kvm fuse loop-control loop0 sda vda nvme0n1 mapper/control net/tun vhost-net vhost-vsock \
    vsock console tty0 tty1 ttyS0 vcs vcsa input/event0 fb0 dri/card0 snd/timer hpet rtc0 uinput btrfs-control autofs \
    cpu_dma_latency snapshot userfaultfd rfkill watchdog mei0 nvidia0 nvidiactl; do
    for way in '<' '>'; do
        eval "(exec 3$way /dev/$device)" 2>/dev/null && breach "/dev/$device opens"
    done
done
held "none is there"
