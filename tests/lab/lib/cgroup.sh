# shellcheck shell=bash
# Everything the lab starts lives below one cgroup, mqdeck-lab: the host's part in "host", each node's pods in "node-N".
# That is how the lab finds what it started when it has to end it, whatever else was lost.

CGROUP=mqdeck-lab

# One folder for each mounted hierarchy: of version 1, of version 2, or of both side by side, where containers get a group in
# the one of version 2 too.
cgroup_hierarchies() { awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts; }

cgroup_make() { # NAME (below mqdeck-lab)
	local root dir part path file
	for root in $(cgroup_hierarchies); do
		path=$root
		for part in "$CGROUP" "$1"; do
			# Version 2 hands controllers down one level at a time.
			if [ -e "$path/cgroup.subtree_control" ]; then
				sed 's/[^ ]*/+&/g' "$path/cgroup.controllers" >"$path/cgroup.subtree_control" 2>/dev/null || true
			fi
			dir=$path/$part
			mkdir -p "$dir"
			# A cpuset of version 1 admits nobody until it has processors and memory.
			for file in cpuset.cpus cpuset.mems; do
				[ ! -e "$path/$file" ] || [ -e "$dir/cgroup.controllers" ] || cat "$path/$file" >"$dir/$file"
			done
			path=$dir
		done
	done
}

cgroup_join() { # PID
	local root
	for root in $(cgroup_hierarchies); do echo "$1" >"$root/$CGROUP/host/cgroup.procs" || return 1; done
}

# The processes in a part of the lab, or in all of it.
cgroup_pids() { # [NAME]
	local root
	for root in $(cgroup_hierarchies); do
		[ ! -d "$root/$CGROUP${1:+/$1}" ] || find "$root/$CGROUP${1:+/$1}" -name cgroup.procs -exec cat {} + 2>/dev/null
	done | sort -un
}

# Kills until nobody is left: a process may fork between the look and the blow.
cgroup_kill() { # [NAME]
	local pids tries=0
	while pids=$(cgroup_pids "${1:-}") && [ -n "$pids" ]; do
		((++tries <= 100)) || die "processes that do not end: $(echo "$pids" | tr '\n' ' ')"
		# shellcheck disable=SC2086
		kill -KILL $pids 2>/dev/null || true
		sleep 0.1
	done
}

cgroup_remove() { # [NAME]
	local root
	for root in $(cgroup_hierarchies); do
		[ ! -d "$root/$CGROUP${1:+/$1}" ] || find "$root/$CGROUP${1:+/$1}" -depth -type d -exec rmdir {} + 2>/dev/null || true
	done
}
