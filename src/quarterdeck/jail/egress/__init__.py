"""The egress proxy: the only way from a jail to the network, a process of its own for each session that has one."""
