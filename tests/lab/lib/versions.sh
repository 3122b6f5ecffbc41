# shellcheck shell=bash
# Which versions the lab can be had with. A table a part, the newest first: what is asked for, and what it is made from.

KUBERNETES_RELEASES=(1.37=1.37.2 1.36=1.36.3 1.34=1.34.4)
RABBITMQ_SUITES=(4.3=sid 4.0=trixie 3.10=bookworm)
KAFKA_RELEASES=(4.4=4.4.0 4.1=4.1.1 3.9=3.9.2)

# What stands for a version in a table, or nothing.
version_in() { # VERSION TABLE…
	local version=$1 entry
	shift
	for entry; do
		[ "${entry%%=*}" != "$version" ] || { echo "${entry#*=}"; return; }
	done
	return 1
}

versions_of() { # TABLE…: the versions in it, in words
	local words="${*%%=*}"
	echo "${words// /, }"
}

oldest_of() { echo "${*: -1}" | cut -d= -f1; } # TABLE…
newest_of() { echo "${1%%=*}"; } # TABLE…

# Sets RABBITMQ_VERSION, and KUBERNETES_VERSION and KAFKA_VERSION to releases. The newest of each where nothing is said.
choose_versions() { # [--oldest] [--kubernetes V] [--rabbitmq V] [--kafka V]
	local kubernetes rabbitmq kafka
	kubernetes=$(newest_of "${KUBERNETES_RELEASES[@]}")
	rabbitmq=$(newest_of "${RABBITMQ_SUITES[@]}")
	kafka=$(newest_of "${KAFKA_RELEASES[@]}")
	while (($#)); do
		case $1 in
		--oldest)
			kubernetes=$(oldest_of "${KUBERNETES_RELEASES[@]}")
			rabbitmq=$(oldest_of "${RABBITMQ_SUITES[@]}")
			kafka=$(oldest_of "${KAFKA_RELEASES[@]}")
			shift
			continue
			;;
		--kubernetes) kubernetes=${2:-} ;;
		--rabbitmq) rabbitmq=${2:-} ;;
		--kafka) kafka=${2:-} ;;
		*) usage >&2; exit 2 ;;
		esac
		(($# > 1)) || { usage >&2; exit 2; }
		shift 2
	done
	KUBERNETES_VERSION=$(version_in "$kubernetes" "${KUBERNETES_RELEASES[@]}") ||
		die "Kubernetes $kubernetes is not to be had: $(versions_of "${KUBERNETES_RELEASES[@]}") are"
	version_in "$rabbitmq" "${RABBITMQ_SUITES[@]}" >/dev/null ||
		die "RabbitMQ $rabbitmq is not to be had: $(versions_of "${RABBITMQ_SUITES[@]}") are"
	RABBITMQ_VERSION=$rabbitmq
	KAFKA_VERSION=$(version_in "$kafka" "${KAFKA_RELEASES[@]}") ||
		die "Kafka $kafka is not to be had: $(versions_of "${KAFKA_RELEASES[@]}") are"
}

versions_in_words() { echo "Kubernetes $KUBERNETES_VERSION, RabbitMQ $RABBITMQ_VERSION, Kafka $KAFKA_VERSION"; }
