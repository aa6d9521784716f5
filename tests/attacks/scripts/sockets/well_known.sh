# name: Find a socket of a service
# tries: Docker, containerd, D-Bus, systemd, snapd, X11, Wayland, PulseAudio, ssh and gpg agents
# expect: absent
# control: none: a host may have none of them
for path in /run/docker.sock /var/run/docker.sock /run/containerd/containerd.sock /run/dbus/system_bus_socket /run/systemd/private \
    /run/snapd.socket /tmp/.X11-unix/X0 /run/user/*/bus /run/user/*/wayland-0 /run/user/*/pulse/native /run/user/*/gnupg/S.gpg-agent \
    "${SSH_AUTH_SOCK-/nowhere}" /dev/log /run/podman/podman.sock /run/crio/crio.sock; do
    [ -S "$path" ] && breach "$path is there"
done
found=$(find / -xdev -type s 2>/dev/null | head -n 3)
[ -z "$found" ] || breach "$found"
held "there is no socket but our own"
