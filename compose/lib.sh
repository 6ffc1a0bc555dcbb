# What up and test share. Sourced, not run.
# shellcheck shell=bash

readonly SWIFT_MIN=6.2
# --explicit-target-dependency-import-check: SwiftPM does not enforce the import direction itself.
readonly SWIFT_FLAGS=(-c release --explicit-target-dependency-import-check error)

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# True when version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_linux_with_apt() {
    [ "$(uname -s)" = Linux ] || fail "this runs on Linux; found $(uname -s)"
    command -v dpkg-query >/dev/null || fail "this runs on Debian or Ubuntu (dpkg-query is missing);
  elsewhere install the headers of libzmq 4.3, msgpack-c, SQLite 3 and zlib, then use: swift build"
}

need_swift() {
    local found
    command -v swift >/dev/null || fail "Swift $SWIFT_MIN or newer is missing.
  Install it with swiftly: https://www.swift.org/install/linux
  then open a new shell, so that \`swift --version\` works, and run this again."
    found=$(swift --version 2>/dev/null |
        sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)*).*/\1/p' | head -n 1)
    [ -n "$found" ] || fail "\`swift --version\` did not tell a version; try it by hand"
    at_least "$found" "$SWIFT_MIN" || fail "Swift $SWIFT_MIN or newer is needed, found $found.
  With swiftly: swiftly install latest"
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# True when apt could install it.
has_candidate() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -E '^ *Candidate: [0-9]' >/dev/null
}

# Newer Debian and Ubuntu call the C library of msgpack libmsgpack-c; both names install the same
# headers. Prints the one that this machine has, or could have.
msgpack_package() {
    local name
    for name in libmsgpack-c-dev libmsgpack-dev; do
        if is_installed "$name"; then echo "$name"; return; fi
    done
    # The lists of a new machine may be empty, and then no name has a candidate.
    has_candidate libzmq3-dev || update_package_lists
    for name in libmsgpack-c-dev libmsgpack-dev; do
        if has_candidate "$name"; then echo "$name"; return; fi
    done
    echo libmsgpack-dev
}

# Runs apt-get as root, or with a sudo that wants no password; asks nobody.
apt() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >/dev/null
}

update_package_lists() { apt update || true; }

# Installs the Debian packages that are not there, or says how.
need_packages() {
    local missing=() name
    for name in "$@"; do is_installed "$name" || missing+=("$name"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "Installing Debian packages: ${missing[*]}"
    update_package_lists
    apt install -y --no-install-recommends "${missing[@]}" ||
        fail "these Debian packages are missing and could not be installed; by hand:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
}

need_libraries() {
    local msgpack
    msgpack=$(msgpack_package)
    is_installed "$msgpack" || say "The C library of msgpack is called $msgpack here."
    need_packages libzmq3-dev "$msgpack" libsqlite3-dev zlib1g-dev
}
