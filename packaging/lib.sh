# What check, demo and .ci/run share. Sourced by bash with set -euo pipefail. Says what it does on standard error, so that
# standard output belongs to the program that is run.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export LC_ALL=C.UTF-8

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
die() { say "$*"; exit 1; }

# Build trees stand outside the sources, one set for each place the sources are in.
cache_dir() {
	local base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
	if [ -z "$base" ] || ! mkdir -p "$base/mqdeck" 2>/dev/null; then
		echo "$ROOT/build"
		return
	fi
	echo "$base/mqdeck/$(printf %s "$ROOT" | cksum | cut -d' ' -f1)"
}
CACHE=$(cache_dir)

BUILD_PACKAGES=(ca-certificates gcc libc6-dev meson ninja-build pkg-config libcurl4-openssl-dev libcjson-dev libyaml-dev libssl-dev
	libutf8proc-dev libpcre2-dev libncurses-dev)
CHECK_PACKAGES=("${BUILD_PACKAGES[@]}" libcmocka-dev libnghttp2-dev python3)
FUZZ_PACKAGES=(clang libclang-rt-dev llvm)
LINT_PACKAGES=(python3-venv)
# One version each, so that every machine says the same.
LINT_TOOLS=(clang-format==18.1.8 clang-tidy==18.1.8 lizard==1.17.31)

missing_packages() { # PACKAGE…
	local known
	known=" $(dpkg-query -W -f='${db:Status-Status}:${binary:Package} ' "$@" 2>/dev/null || true)"
	local package
	for package; do
		[[ $known == *" installed:$package "* || $known == *" installed:$package:"* ]] || echo "$package"
	done
}

ensure_packages() { # PACKAGE…
	command -v dpkg-query >/dev/null || die "this needs Debian 12, Ubuntu 24.04 or newer; elsewhere install what README.md lists"
	local missing sudo=()
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "these packages are missing, and installing them requires root or sudo: ${missing[*]}"
		sudo=(sudo)
	fi
	say "installing ${missing[*]}"
	apt "${sudo[@]}" -- update
	apt "${sudo[@]}" -- install -y --no-install-recommends "${missing[@]}"
}

apt() { # [sudo] -- ARGS…: quiet unless it fails
	local as=() output
	while [ "$1" != -- ]; do as+=("$1"); shift; done
	shift
	output=$("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null) ||
		{ printf '%s\n' "$output" >&2; die "apt-get $1 failed"; }
}

# Makes the build tree NAME unless it is there. Prints nothing; the tree is $CACHE/NAME.
configure() { # NAME MESON-OPTION…
	local tree=$CACHE/$1
	shift
	[ ! -e "$tree/build.ninja" ] || return 0
	say "setting up $tree"
	rm -rf "$tree"
	mkdir -p "$CACHE"
	meson setup "$tree" "$ROOT" "$@" >"$CACHE/setup.log" 2>&1 </dev/null || { cat "$CACHE/setup.log" >&2; die "meson setup failed"; }
}

compile() { # NAME TARGET…
	local tree=$CACHE/$1
	shift
	ninja -C "$tree" "$@" >"$tree/compile.log" 2>&1 </dev/null || { tail -n 60 "$tree/compile.log" >&2; return 1; }
}

program_of() { # NAME: the path of mqdeck in that tree
	echo "$CACHE/$1/views/mqdeck"
}

build_release() {
	ensure_packages "${BUILD_PACKAGES[@]}"
	configure release -Dbuildtype=release -Db_lto=true -Dtests=false
	compile release || die "the build failed"
}

# The folder with the programs of LINT_TOOLS: made once for these versions, shared by all checkouts.
lint_tools() {
	local dir
	dir=$(dirname "$CACHE")/lint-$(printf '%s\n' "${LINT_TOOLS[@]}" | cksum | cut -d' ' -f1)
	if [ ! -e "$dir/bin/lizard" ]; then
		say "installing ${LINT_TOOLS[*]}"
		rm -rf "$dir"
		{ python3 -m venv "$dir" && "$dir/bin/pip" install --quiet --disable-pip-version-check "${LINT_TOOLS[@]}"; } \
			>"$CACHE/lint-setup.log" 2>&1 </dev/null ||
			{ cat "$CACHE/lint-setup.log" >&2; rm -rf "$dir"; die "installing ${LINT_TOOLS[*]} failed"; }
	fi
	echo "$dir/bin"
}

# Adds up lines "N passed, N failed[, N skipped]" into PASSED and FAILED.
PASSED=0 FAILED=0
count() { # PASSED FAILED
	PASSED=$((PASSED + $1))
	FAILED=$((FAILED + $2))
}
count_last_line() { # FILE: its last such line; none is a failure
	local line
	line=$(grep -aE '^([a-z]+: )?[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1 || true)
	if [[ $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
		count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	else
		count 0 1
	fi
}
finish() {
	echo "$PASSED passed, $FAILED failed"
	[ "$FAILED" = 0 ]
}
