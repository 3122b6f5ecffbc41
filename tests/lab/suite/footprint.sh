# shellcheck shell=bash
# All that a lab might leave on a machine, a line each, to be compared before and after. Not run as a test itself.

footprint() {
	cut -d' ' -f2 /proc/mounts | sort | sed 's/^/mount /'
	ip -o link show | cut -d: -f2 | sed 's/@.*//; s/^ */interface /' | sort
	ip netns list | sed 's/^/network namespace /'
	ip route show | sed 's/^/route /'
	iptables-save 2>/dev/null | grep '^-A' | sed 's/^/rule /'
	find /sys/fs/cgroup -maxdepth 2 -name '*mqdeck*' | sed 's/^/cgroup /'
	sed 's/^/resolv.conf /' /etc/resolv.conf
	sysctl net.ipv4.ip_forward vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
	ls -d /var/lib/mqdeck-lab /var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers /run/containerd /etc/cni 2>/dev/null
	return 0
}
