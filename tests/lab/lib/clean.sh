# shellcheck shell=bash
# Taking everything down again, from whatever state an interrupted command left it in.

lab_down() {
	local n name
	for n in "${NODES[@]}"; do
		# Killing the namespace's first process ends all of it at one blow.
		if name=$(node_init_pid "$n"); then kill -KILL "$name" 2>/dev/null || true; fi
	done
	cgroup_kill
	local mountpoint
	# Deepest first; those of the nodes went with their mount namespaces.
	while read -r mountpoint; do umount "$mountpoint" || umount -l "$mountpoint"; done < <(lab_mounts | sort -r)
	network_down
	cgroup_remove
	sysctls_restore
	rm -rf "$STATE"
}

lab_mounts() { awk -v below="$STATE/" 'index($2, below) == 1 { print $2 }' /proc/mounts; }

# Prints what is left of a lab, a line each.
lab_remains() {
	local pid root
	for pid in $(cgroup_pids); do echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"; done
	# A process of the lab that escaped its cgroup would still use its files.
	for root in /proc/[0-9]*/exe; do
		[[ $(readlink "$root" 2>/dev/null) != "$STATE"/* ]] || echo "process using $STATE: ${root%/exe}"
	done
	lab_mounts | sed 's/^/mount /'
	ip -o link show | grep -oE "($BRIDGE|mqdeck-n[0-9]+)[@:]" | sed 's/.$//; s/^/interface /'
	ip netns list 2>/dev/null | grep -oE '^mqdeck-[^ ]+' | sed 's/^/network namespace /'
	ip route show | grep -E '^10\.(88|89|96)\.' | sed 's/^/route /'
	for root in $(cgroup_hierarchies); do
		[ ! -d "$root/$CGROUP" ] || echo "cgroup $root/$CGROUP"
	done
	[ ! -e "$STATE" ] || echo "folder $STATE"
}

check_clean() {
	local remains
	remains=$(lab_remains)
	if [ -n "$remains" ]; then
		printf 'left behind: %s\n' "$remains" | sed '2,$s/^/left behind: /' >&2
		return 1
	fi
	say "nothing is left behind"
}
