# shellcheck shell=bash
# What the lab is made of, built once and kept in the user's cache by version and by the recipe's content.

COREDNS_VERSION=1.12.4
DEBIAN_VERSION=bookworm
PAUSE_VERSION=1
LOAD_VERSION=1

# The content of files and folders, as a short key.
content_key() {
	find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sed "s|$LAB/||" | sha256sum | cut -c1-12
}

# The folder of a built part; its files are those its recipe reads.
artifact_dir() { # NAME VERSION
	local files=("$LAB/recipes/$1")
	case $1 in
	kubernetes) files+=("$LAB/kubernetes") ;;
	coredns) files+=("$LAB/coredns") ;;
	load) files+=("$LAB/load") ;;
	image-pause) files+=("$LAB/images/pause") ;;
	image-rabbitmq) files+=("$LAB/recipes/debian-rootfs") ;;
	image-kafka) files+=("$LAB/recipes/debian-rootfs" "$LAB/images/kafka") ;;
	esac
	echo "$CACHE/$1-$2-$(content_key "${files[@]}")"
}

# Builds into a folder beside the final one and renames it: what is there is whole.
build_into() { # DIR NAME VERSION [RECIPE-ARGUMENT…]
	local dir=$1 name=$2 version=$3 start=$SECONDS
	shift 3
	[ ! -d "$dir" ] || return 0
	(
		flock 8
		[ ! -d "$dir" ] || exit 0
		say "building $name $version (log: $dir.log)"
		rm -rf "$dir.new"
		mkdir -p "$dir.new"
		if ! nice -n 10 "$LAB/recipes/$name" "$dir.new" "$version" "$@" >"$dir.log" 2>&1 8>&- 9>&-; then
			show_log "$dir.log"
			rm -rf "$dir.new"
			die "building $name $version"
		fi
		mv "$dir.new" "$dir"
		say "built $name $version in $((SECONDS - start)) s"
	) 8>"$dir.lock"
}

build_artifact() { # NAME VERSION [RECIPE-ARGUMENT…]
	build_into "$(artifact_dir "$1" "$2")" "$@"
}

containerd_root_dir() {
	local key
	key=$(printf '%s\n' "$(artifact_dir debian-binaries $DEBIAN_VERSION)" "$(artifact_dir image-pause $PAUSE_VERSION)" \
		"$(artifact_dir image-kafka "$KAFKA_VERSION")" "$(artifact_dir image-rabbitmq "$RABBITMQ_VERSION")" \
		"$(content_key "$LAB/recipes/containerd-root")" | sha256sum | cut -c1-12)
	echo "$CACHE/containerd-root-rabbitmq-$RABBITMQ_VERSION-kafka-$KAFKA_VERSION-$key"
}

build_images() {
	build_artifact debian-binaries $DEBIAN_VERSION
	build_artifact image-pause $PAUSE_VERSION
	build_artifact image-rabbitmq "$RABBITMQ_VERSION" "$(version_in "$RABBITMQ_VERSION" "${RABBITMQ_SUITES[@]}")"
	build_artifact image-kafka "$KAFKA_VERSION"
	build_into "$(containerd_root_dir)" containerd-root "rabbitmq-$RABBITMQ_VERSION-kafka-$KAFKA_VERSION" \
		"$(artifact_dir debian-binaries $DEBIAN_VERSION)/bin" "$(artifact_dir image-pause $PAUSE_VERSION)/image.tar" \
		"$(artifact_dir image-kafka "$KAFKA_VERSION")/image.tar" "$(artifact_dir image-rabbitmq "$RABBITMQ_VERSION")/image.tar"
}

build_all() {
	mkdir -p "$CACHE"
	install_packages
	LAB_DEBIAN_MIRROR=$(debian_mirror)
	export LAB_DEBIAN_MIRROR
	local parts=()
	# The Go builds wait for the processor, the images and jars for the network and the disk: side by side.
	(
		build_artifact kubernetes "$KUBERNETES_VERSION"
		build_artifact coredns $COREDNS_VERSION
	) &
	parts+=($!)
	(
		build_images
		build_artifact load $LOAD_VERSION
	) &
	parts+=($!)
	local part failed=0
	for part in "${parts[@]}"; do wait "$part" || failed=1; done
	((failed == 0)) || die "a part could not be built, see above"
}
