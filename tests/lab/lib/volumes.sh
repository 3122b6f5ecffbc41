# shellcheck shell=bash
# The local volumes, and who makes them grow.

# So many of each kind a node: what a claim that was deleted leaves behind is not used again.
VOLUMES=(1 2 3 4)

# The volumes are small file systems of their own, so that used and free mean something for each of them. Those of the
# operators' clusters are made at once too, used or not: a node that runs does not see what is mounted later.
volumes_up() {
	local n i kind
	for n in "${NODES[@]}"; do
		for kind in rabbitmq kafka events orders; do
			for i in "${VOLUMES[@]}"; do
				mkdir -p "$STATE/volumes/node-$n/$kind-$i"
				mount -t tmpfs -o "size=$(volume_size $kind),mode=755" mqdeck-lab "$STATE/volumes/node-$n/$kind-$i"
			done
		done
	done
}

volume_size() { # KIND
	case $1 in
	rabbitmq | orders) echo 1g ;;
	kafka) echo 2g ;;
	events) echo 512m ;;
	esac
}

volume_manifests() { # KIND…
	local n i kind size class
	for n in "${NODES[@]}"; do
		for kind in "$@"; do
			size=$(volume_size "$kind")
			# The claims of an operator's cluster choose by class alone.
			case $kind in events | orders) class=local-$kind ;; *) class=local ;; esac
			for i in "${VOLUMES[@]}"; do
				sed "s|@KIND@|$kind|g; s|@CLASS@|$class|; s|@NODE@|node-$n|g; s|@INDEX@|$i|g; s|@SIZE@|${size^^}i|g
					s|@PATH@|$STATE/volumes/node-$n/$kind-$i|" "$LAB/manifests/volume.yaml.in"
			done
		done
	done
}

# The part a CSI driver's external resizer has; see operator/resizer.
resizer_up() {
	start_process resizer env PYTHONUNBUFFERED=1 TMPDIR="$STATE" python3 -B "$LAB/operator/resizer" "$STATE" $NAMESPACE \
		$OPERATED_NAMESPACE
}

# Empty again, and as large as they were.
volumes_reset() { # KIND…
	local kind dir
	for kind in "$@"; do
		for dir in "$STATE/volumes"/node-*/"$kind"-*; do
			find "$dir" -mindepth 1 -delete
			mount -o "remount,size=$(volume_size "$kind")" "$dir"
		done
	done
}
