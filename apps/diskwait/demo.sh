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
    if [ "$(id -u)" -eq 0 ] && device=$(losetup --find --show --partscan "$scratch/disk.img" 2>/dev/null); then
        target=$device
        say "$target is a loop device; partitioning it"
        parted --script "$target" mklabel msdos mkpart primary 1MiB 100%
        parted --script "$target" print | sed -n '/^Number/,$p'
    else
        device=
        target=$scratch/disk.img
        say "no loop device can be made here (needs root): a regular file, $target, takes its place"
    fi
}

make_target
say "free before: $diskwait $target"
"$diskwait" "$target"

say "a process opens it, and lets go after about three seconds"
( exec 9<"$target"; touch "$scratch/held"; sleep 3; rm "$scratch/held" ) &
holder=$!
until [ -e "$scratch/held" ]; do :; done
began=$(now_ms)

say "busy now, who holds it: $diskwait --timeout 0 $target"
"$diskwait" --timeout 0 "$target" && { echo "it should have been busy"; exit 1; }

say "waiting: $diskwait --verbose --interval 500ms $target"
"$diskwait" --verbose --interval 500ms "$target" 2> >(grep -v '^Cannot stat file /proc/' >&2)
ended=$(now_ms)
wait "$holder"
holder=

say "done"
printf 'The device really was busy for 3.0 s; diskwait answered %s s after it was opened.\n' \
    "$(awk "BEGIN { printf \"%.1f\", ($ended - $began) / 1000 }")"
printf 'sleep(3) would have taken 3.0 s also for the free device above, for which diskwait needed one\n'
printf 'check; and had the holder needed 3.1 s, sleep(3) would have failed and diskwait waited on.\n'
