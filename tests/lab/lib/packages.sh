# shellcheck shell=bash
# What the lab needs of the machine it runs on.

GO_MINIMUM=1.26

# The mirror this machine already installs Debian from.
debian_mirror() {
	local mirror
	mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
		sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p; s/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]].*/\2/p' |
		grep -E '/debian/?$' | head -n 1)
	[ -n "$mirror" ] || die "no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d"
	echo "${mirror%/}"
}

go_is_new_enough() {
	local version
	version=$(go env GOVERSION 2>/dev/null) || return 1
	[ "$(printf '%s\n' "$GO_MINIMUM" "${version#go}" | sort -V | head -n 1)" = "$GO_MINIMUM" ]
}

# Debian 12's own Go is older than Kubernetes asks for. A Go toolchain is also published as a module, so the old one can
# fetch the new one from wherever this machine gets its modules.
install_go() {
	! go_is_new_enough || return 0
	local toolchain=$CACHE/go-toolchain-1.26.0
	if [ ! -x "$toolchain/bin/go" ]; then
		command -v go >/dev/null || apt_install golang-go
		say "installing Go 1.26.0 into $toolchain"
		local module=golang.org/toolchain@v0.0.1-go1.26.0.linux-amd64 from
		from=$(cd / && GOFLAGS=-mod=mod go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
		[ -d "$from" ] || die "could not download $module"
		rm -rf "$toolchain.new"
		cp -r "$from" "$toolchain.new"
		# A module's files carry no execute bit.
		chmod -R u+w "$toolchain.new"
		chmod -R +x "$toolchain.new/bin" "$toolchain.new/pkg/tool"
		mv "$toolchain.new" "$toolchain"
	fi
	PATH=$toolchain/bin:$PATH
	export GOTOOLCHAIN=local
}

apt_install() { # PACKAGE…
	say "installing $*"
	local log=$CACHE/apt.log
	export DEBIAN_FRONTEND=noninteractive
	if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
		show_log "$log"
		die "apt-get install $*"
	fi
}

install_packages() {
	local missing=() command package
	while read -r command package; do
		command -v "$command" >/dev/null || missing+=("$package")
	done <<-'LIST'
		gcc gcc
		ip iproute2
		iptables iptables
		java openjdk-17-jdk-headless
		javac openjdk-17-jdk-headless
		jq jq
		mmdebstrap mmdebstrap
		mvn maven
		nsenter util-linux
		openssl openssl
		ps procps
		python3 python3
		tmux tmux
	LIST
	[ -e /usr/lib/x86_64-linux-gnu/libc.a ] || missing+=(libc6-dev)
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
	[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
	if ((${#missing[@]})); then
		mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
		apt_install "${missing[@]}"
	fi
	install_go
}
