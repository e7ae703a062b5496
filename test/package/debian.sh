#!/usr/bin/env bash
# Makes the Debian packages, and installs, runs and removes them in a clean root, as root:
# debian.sh PACKAGE_BUILD SCRATCH BOOST_VERSION
set -euo pipefail
build=$1 scratch=$2 boost=$3
root=$scratch/root

[ "$(id -u)" -eq 0 ] || { echo "debian: skipped: only root can make a clean root"; exit 77; }
command -v debootstrap lintian >/dev/null || { echo "debian: skipped: no debootstrap"; exit 77; }
# Its mounts end with it, even when it is killed: the next run would else remove what is mounted there.
[ "${OWN_MOUNTS:-}" = yes ] || OWN_MOUNTS=yes exec unshare --mount "$0" "$@"

fail() {
    echo "debian: $*" >&2
    exit 1
}

in_root() { chroot "$root" env LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }

make_packages() {
    rm -rf "$scratch"
    mkdir -p "$scratch/packages"
    cpack -G DEB --config "$build/CPackConfig.cmake" -B "$scratch/packages" >"$scratch/cpack.log" ||
        { cat "$scratch/cpack.log"; fail "cpack has failed"; }
    lintian --allow-root --fail-on error,warning "$scratch"/packages/*.deb
}

# The same archive as this machine's, and the packages that apt has fetched before.
make_root() {
    local site release
    read -r site release < <(apt-get indextargets --format '$(SITE) $(RELEASE)' \
        'Identifier: Packages' | head -n 1)
    debootstrap --variant=minbase --cache-dir="$(mkdir -p "$scratch/cache" && echo "$scratch/cache")" \
        "$release" "$root" "$site" >"$scratch/debootstrap.log" ||
        { tail "$scratch/debootstrap.log"; fail "debootstrap has failed"; }
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"  # without it, diskwait knows nothing of block devices
    trap 'umount -l "$root/sys" "$root/proc"; rm -rf --one-file-system "$scratch"' EXIT
    # Manual pages are left out of small images; here they are looked for.
    rm -f "$root"/etc/dpkg/dpkg.cfg.d/*
}

expect() { # wanted exit code, wanted text, command
    local wanted=$1 text=$2 code=0 said
    shift 2
    said=$(in_root "$@" 2>&1) || code=$?
    [ "$code" -eq "$wanted" ] || fail "$*: exit code $code, not $wanted: $said"
    [[ $said == *"$text"* ]] || fail "$*: not said: $text: $said"
}

make_packages
make_root
cp "$scratch"/packages/*.deb "$root/"
before=$(in_root dpkg-query --show --showformat '${Package}\n' | sort)
in_root sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /*.deb' \
    >"$scratch/apt.log" 2>&1 || { tail "$scratch/apt.log"; fail "apt cannot install them"; }

expect 0 "diskwait " diskwait --version
expect 0 " is free" diskwait /etc/hostname
expect 1 "held by" sh -c 'exec 9< /etc/hostname; diskwait -n 1 /etc/hostname'
expect 0 "check_device_interval" diskwait --sample-config
expect 0 "well" loopingcall -n 1 -- echo well
for page in man1/diskwait.1 man5/diskwait.conf.5 man1/loopingcall.1; do
    gzip --test "$root/usr/share/man/$page.gz" || fail "there is no $page"
done
for depends in diskwait:psmisc diskwait:libloopingcall0 libloopingcall-dev:"libboost$boost-dev"; do
    [[ $(in_root dpkg-query --show --showformat '${Depends}' "${depends%:*}") == *"${depends#*:}"* ]] ||
        fail "${depends%:*} does not depend on ${depends#*:}"
done
[ "$(in_root dpkg-query --show --showformat '${Suggests}' diskwait)" = lsof ] ||
    fail "diskwait does not suggest lsof"

in_root sh -c 'apt-get purge -y -qq diskwait loopingcall libloopingcall0 libloopingcall-dev &&
    apt-get autoremove -y -qq --purge' >>"$scratch/apt.log" 2>&1 || fail "apt cannot remove them"
[ "$(in_root dpkg-query --show --showformat '${Package}\n' | sort)" = "$before" ] ||
    fail "packages are left"
left=$(find "$root/usr" "$root/etc" "$root/var/lib" -name '*diskwait*' -o -name '*loopingcall*')
[ -z "$left" ] || fail "files are left: $left"
echo "debian: installed, run and removed"
