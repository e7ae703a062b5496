#!/usr/bin/env bash
# Shows diskwait on a real device: a loop device is partitioned, held open by a background process
# for about three seconds, and waited for. Without root, a regular file takes its place.
#
# Usage: demo.sh PATH_OF_DISKWAIT
set -euo pipefail

diskwait=$1
scratch=$(mktemp -d)
device=
holder=

clean_up() {
    trap - EXIT INT TERM
    [ -z "$holder" ] || kill "$holder" 2>/dev/null || true
    [ -z "$holder" ] || wait "$holder" 2>/dev/null || true
    [ -z "$device" ] || losetup --detach "$device"
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'clean_up; exit 130' INT
trap 'clean_up; exit 143' TERM

say() { printf '\n== %s\n' "$*"; }
now_ms() { date +%s%3N; }

make_target() {
    truncate --size 16M "$scratch/disk.img"
    if [ "$(id -u)" -eq 0 ] &&
        device=$(losetup --find --show --partscan "$scratch/disk.img" 2>/dev/null); then
        target=$device
        say "$target is a loop device; partitioning it"
        parted --script "$target" mklabel msdos mkpart primary 1MiB 100% 2>/dev/null
        parted --script "$target" print 2>/dev/null | sed -n '/^Number/,$p'
    else
        device=
        target=$scratch/disk.img
        say "no loop device can be made here (needs root): a regular file, $target, takes its place"
    fi
}

# Runs diskwait for a verdict other than busy: free, or what free is for those who may not look into
# all processes.
verdict=free
expect_free() {
    local code=0
    "$@" || code=$?
    [ "$code" -ne 3 ] || verdict="free, as far as this user can see"
    [ "$code" -eq 0 ] || [ "$code" -eq 3 ]
}

make_target
say "free before: $diskwait $target"
expect_free "$diskwait" "$target"

say "a process opens it, and lets go after about three seconds"
( exec 9<"$target"; touch "$scratch/held"; exec sleep 3 ) &
holder=$!
until [ -e "$scratch/held" ]; do :; done
opened=$(now_ms)
( tail --pid="$holder" --sleep-interval=0.01 -f /dev/null; now_ms >"$scratch/released" ) &
watcher=$!

say "busy now, who holds it: $diskwait --timeout 0 $target"
if "$diskwait" --timeout 0 "$target"; then
    echo "it should have been busy" >&2
    exit 1
fi

say "waiting: $diskwait --verbose --interval 500ms $target"
expect_free "$diskwait" --verbose --interval 500ms "$target" 2>&1
answered=$(now_ms)
wait "$watcher"
holder=
released=$(cat "$scratch/released")

seconds() { awk "BEGIN { printf \"%.2f\", ($2 - $1) / 1000 }"; }
say "done"
echo "The device really was busy for $(seconds "$opened" "$released") s;" \
    "diskwait told that it is $verdict $(seconds "$released" "$answered") s after that."
echo "sleep(3) would have taken 3.00 s, also for the free device before, and known nothing then."
