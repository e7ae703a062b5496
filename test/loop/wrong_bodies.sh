#!/usr/bin/env bash
# What a compiler says of wrong bodies: one readable line for each: wrong_bodies.sh COMPILER FLAG...
set -euo pipefail
source=$(dirname "$0")/wrong_bodies.cpp

if ! command -v "$1" >/dev/null; then
    echo "wrong_bodies: no $1 here"
    exit 77
fi

said=$("$@" -std=c++20 -fsyntax-only -fno-diagnostics-color "$source" 2>&1 || true)
expected=$(sed -n 's,^// refused: ,,p' "$source" | sort)
refused=$(sed -n 's/.*error: static assertion failed[^:]*: "\{0,1\}\(.*[^"]\)"\{0,1\}$/\1/p' <<<"$said" | sort)
errors=$(grep -c 'error: ' <<<"$said")
lines=$(wc -l <<<"$said")
bodies=$(wc -l <<<"$expected")

if [ "$refused" != "$expected" ] || [ "$errors" -ne "$bodies" ] || [ "$lines" -gt $((13 * bodies)) ]; then
    echo "$said"
    echo "wrong_bodies: $bodies bodies are wrong; $1 reported $errors errors in $lines lines"
    diff <(echo "$expected") <(echo "$refused")
    exit 1
fi
echo "wrong_bodies: $1 refuses $bodies bodies with one error each, in $lines lines in all"
