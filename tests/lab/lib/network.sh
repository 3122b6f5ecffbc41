# shellcheck shell=bash
# A bridge on the host and a network namespace for each node. Nothing is forwarded or masqueraded by the host: what the
# pods send stays among the nodes and the bridge's own address.

BRIDGE=mqdeck0
HOST_IP=10.88.0.1
SERVICE_NET=10.96.0.0/16
API_SERVICE_IP=10.96.0.1
DNS_SERVICE_IP=10.96.0.10

node_netns() { echo "mqdeck-node-$1"; }
node_veth() { echo "mqdeck-n$1"; }
node_ip() { echo "10.88.0.$((10 + $1))"; }
pod_net() { echo "10.89.$1.0/24"; }

network_up() {
	local n other ns
	# The first "ip netns add" on a machine makes this mount, and nothing of iproute2 takes it away again.
	mountpoint -q /run/netns || touch "$STATE/made-run-netns"
	ip link add "$BRIDGE" type bridge forward_delay 0
	# Without an address of its own a bridge takes the lowest of its ports', and changes when a node comes or goes.
	ip link set "$BRIDGE" address 02:6d:71:00:00:01
	ip addr add "$HOST_IP/24" dev "$BRIDGE"
	ip link set "$BRIDGE" up
	for n in "${NODES[@]}"; do
		ns=$(node_netns "$n")
		ip netns add "$ns"
		ip link add "$(node_veth "$n")" type veth peer name eth0 netns "$ns"
		ip link set "$(node_veth "$n")" master "$BRIDGE" up
		ip -n "$ns" link set lo up
		ip -n "$ns" addr add "$(node_ip "$n")/24" dev eth0
		ip -n "$ns" link set eth0 up
		# Only so that the address rewriting of services sees the packets.
		ip -n "$ns" route add "$SERVICE_NET" via "$HOST_IP"
		for other in "${NODES[@]}"; do
			[ "$other" = "$n" ] || ip -n "$ns" route add "$(pod_net "$other")" via "$(node_ip "$other")"
		done
		nsenter --net="/run/netns/$ns" sysctl -qw net.ipv4.ip_forward=1
		ip route add "$(pod_net "$n")" via "$(node_ip "$n")" dev "$BRIDGE"
	done
}

# What RabbitMQ's brokers say to each other, and nothing else, no longer passes in or out of a node; or does again.
network_brokers() { # N split|join
	local action=-I
	[ "$2" = split ] || action=-D
	nsenter --net="/run/netns/$(node_netns "$1")" iptables -w "$action" FORWARD -p tcp -m multiport --ports 4369,25672 -j DROP
}

# The pods' ends of a dead node. A killed process' connections live on in the kernel for minutes, and with them the pod's
# namespace and its address, which the node will give to the next pod.
network_forget_pods() { # N
	local ns link
	ns=$(node_netns "$1")
	while read -r link; do ip -n "$ns" link del "$link" 2>/dev/null || true; done < <(
		ip -n "$ns" -o link show | sed -n 's/^[0-9]*: \(veth[^@:]*\|cni0\)[@:].*/\1/p'
	)
}

network_down() {
	local n
	for n in "${NODES[@]}"; do
		! ip link show "$(node_veth "$n")" >/dev/null 2>&1 || ip link del "$(node_veth "$n")" || true
		[ ! -e "/run/netns/$(node_netns "$n")" ] || ip netns del "$(node_netns "$n")" || true
	done
	! ip link show "$BRIDGE" >/dev/null 2>&1 || ip link del "$BRIDGE"
	if [ -e "$STATE/made-run-netns" ] && mountpoint -q /run/netns && [ -z "$(ls /run/netns)" ]; then
		umount /run/netns && rmdir /run/netns || true
	fi
}
