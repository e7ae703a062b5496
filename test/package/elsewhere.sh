#!/usr/bin/env bash
# `./dev` names the packages of a distribution that is not Debian's: elsewhere.sh DEV
set -euo pipefail
dev=$1 release=$(mktemp)
trap 'rm -f "$release"' EXIT

fail() {
    echo "elsewhere: $*" >&2
    exit 1
}

# ID, ID_LIKE, the first word of the line that is wanted, and a package of it
check() {
    printf 'NAME="Any"\nID=%s\nID_LIKE="%s"\n' "$1" "$2" >"$release"
    local said code=0
    said=$(OS_RELEASE=$release "$dev" install-deps 2>&1) || code=$?
    [ "$code" -eq 1 ] || fail "$1: exit code $code: $said"
    grep -q "^  $3 .* $4 " <<<"$said" || fail "$1: no $4 for $3: $said"
    [ "$(grep -c '^  ' <<<"$said")" -eq "$5" ] || fail "$1: not $5 lines: $said"
}

check fedora "" fedora boost-devel 1
check '"rocky"' "rhel centos fedora" fedora boost-devel 1
check arch "" arch boost 1
check manjaro arch arch boost 1
check alpine "" alpine linux-headers 1
check '"opensuse-tumbleweed"' "opensuse suse" opensuse libboost_process-devel 1
check '"opensuse-leap"' "suse opensuse" opensuse libboost_json-devel 1
check '"sles"' suse opensuse libboost_json-devel 1
check "'arch'" "" arch boost 1
check gentoo "" fedora boost-devel 4

# With apt, the Debian path also where only Ubuntu is named. A derivative of Debian 12 has its Boost.
tools=$(mktemp -d)
trap 'rm -rf "$release" "$tools"' EXIT
for tool in apt-get dpkg-query apt-cache sudo; do printf '#!/bin/sh\n' >"$tools/$tool"; done
chmod +x "$tools"/*
check_apt() { # ID, ID_LIKE, another line, a package
    printf 'ID=%s\nID_LIKE="%s"\n%s\n' "$1" "$2" "$3" >"$release"
    local said
    said=$(PATH=$tools:$PATH OS_RELEASE=$release "$dev" install-deps 2>&1) || true
    grep -q "^dev: installing .* $4 " <<<"$said" || fail "$1: no $4: $said"
}
check_apt elementary ubuntu "VERSION_CODENAME=circe" libboost-dev
check_apt linuxmint debian $'VERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm' libboost1.81-dev

# What is installed stays: Debian's releases of Boost exclude each other.
printf '#!/bin/sh\necho "$@" >>%s/calls\n[ "$1" = update ]\n' "$tools" >"$tools/apt-get"
check_apt debian "" "VERSION_CODENAME=trixie" libboost-dev
grep -q '^install .*--no-remove .* libboost-dev ' "$tools/calls" || fail "packages may go: $(cat "$tools/calls")"
said=$(PATH=$tools:$PATH OS_RELEASE=$release "$dev" install-deps 2>&1) && fail "apt-get has failed: $said"
grep -q '^dev: see what apt-get says to: ' <<<"$said" || fail "no remedy: $said"

# root has the PATH of a user after a plain su.
printf '#!/bin/sh\necho "$PATH" >%s/path\n' "$tools" >"$tools/apt-get"
PATH=$tools:/usr/bin:/bin OS_RELEASE=$release "$dev" install-deps >/dev/null 2>&1 || true
grep -q ':/usr/sbin:/sbin$' "$tools/path" || fail "dpkg needs more than $(cat "$tools/path")"

# No clang to install is said once, and nothing is installed in its place.
printf '#!/bin/sh\n' >"$tools/apt-get"
printf '#!/bin/sh\necho installed\n' >"$tools/dpkg-query"
said=$(PATH=$tools:$PATH OS_RELEASE=$release "$dev" test asan 2>&1) && fail "no clang, and no failure: $said"
[ "$said" = "dev: apt has no clang from 16 on; './dev test' needs none" ] || fail "no clang: $said"
