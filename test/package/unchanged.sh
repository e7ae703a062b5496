#!/usr/bin/env bash
# `./dev test` runs again after each change, also in a copy without git: unchanged.sh DEV
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/tools" "$scratch/copy"
cp "$1" "$scratch/copy/dev"
echo one >"$scratch/copy/source"
echo ID=none >"$scratch/release"
for tool in cmake ctest ninja fuser c++ clang++; do
    printf '#!/bin/sh\necho "%s $*" >>"%s"\necho %s\n' "$tool" "$scratch/calls" "$tool" >"$scratch/tools/$tool"
done
chmod +x "$scratch/tools/"*
export PATH=$scratch/tools:$PATH OS_RELEASE=$scratch/release GIT_CEILING_DIRECTORIES=$scratch
unset CXX

fail() {
    echo "unchanged: $*" >&2
    exit 1
}

# How often the tests ran, by the last part of them: what is called is no compiler, and its tests pass.
runs() {
    : >"$scratch/calls"
    mkdir -p "$scratch/copy/build/dev"
    "${dev:-$scratch/copy/dev}" test >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
    grep -c '^ctest .*--label-exclude' "$scratch/calls" || true
}

check() { # what has happened, how often the tests ran, how often they should
    [ "$2" -eq "$3" ] || fail "$1: the tests ran $2 times, not $3"
}

check "at first" "$(runs)" 1
check "no change, without git" "$(runs)" 0
echo two >"$scratch/copy/source"
check "a change, without git" "$(runs)" 1
ln -s "$scratch/copy/dev" "$scratch/link"
check "by a link" "$(dev=$scratch/link runs)" 0
# A repository around it that does not have it.
git -C "$scratch" init --quiet
echo '*' >"$scratch/.gitignore"
unset GIT_CEILING_DIRECTORIES
check "ignored by git" "$(runs)" 0
echo three >"$scratch/copy/source"
check "a change, ignored by git" "$(runs)" 1
git -C "$scratch/copy" init --quiet
echo /build/ >"$scratch/copy/.gitignore"
check "with git" "$(runs)" 1
check "no change, with git" "$(runs)" 0
echo four >"$scratch/copy/source"
check "a change, with git" "$(runs)" 1
# CMake keeps its compiler: another one needs a new beginning.
cmake_calls() { grep -c "^cmake $1--preset" "$scratch/calls" || true; }
echo "CMAKE_CXX_COMPILER:FILEPATH=$scratch/tools/c++" >"$scratch/copy/build/dev/CMakeCache.txt"
echo five >"$scratch/copy/source"
check "the same compiler" "$(runs)" 1
check "the same compiler, kept" "$(cmake_calls '')" 1
check "another compiler" "$(CXX=clang++ runs)" 1
check "another compiler, taken" "$(cmake_calls '--fresh ')" 1
# A launcher and its compiler, options, and the right to run a file.
printf 'CMAKE_CXX_COMPILER:FILEPATH=%s\nCMAKE_CXX_COMPILER_ARG1:STRING= c++\nCMAKE_CXX_FLAGS:STRING=\n' \
    "$scratch/tools/ninja" >"$scratch/copy/build/dev/CMakeCache.txt"
check "a launcher" "$(CXX="ninja c++" runs)" 1
check "a launcher, kept" "$(cmake_calls '')" 1
check "another compiler behind it" "$(CXX="ninja clang++" runs)" 1
check "another compiler behind it, taken" "$(cmake_calls '--fresh ')" 1
check "no change behind it" "$(CXX="ninja clang++" runs)" 0
check "other options" "$(CXX="ninja c++" CXXFLAGS=-O3 runs)" 1
check "other options, taken" "$(cmake_calls '--fresh ')" 1
chmod +x "$scratch/copy/source"
check "another mode" "$(CXX="ninja c++" CXXFLAGS=-O3 runs)" 1
code=0
CXX=nosuch "$scratch/copy/dev" test >"$scratch/log" 2>&1 || code=$?
[ "$code" -ne 0 ] || fail "a compiler that cannot be run passes"
grep -q 'the compiler "nosuch" cannot be run' "$scratch/log" || fail "$(cat "$scratch/log")"
# Each part of the tests counts, and the others run all the same.
cp "$scratch/tools/ctest" "$scratch/tools/ctest.passes"
for part in --tests-regex --label-regex --label-exclude; do
    cp "$scratch/tools/ctest.passes" "$scratch/tools/ctest"
    printf 'case "$*" in *%s*) exit 8 ;; esac\n' "$part" >>"$scratch/tools/ctest"
    : >"$scratch/calls"
    code=0
    CXX=clang++ "$scratch/copy/dev" test >"$scratch/log" 2>&1 || code=$?
    [ "$code" -eq 8 ] || fail "$part fails: exit code $code, not 8"
    check "$part fails" "$(grep -c '^ctest' "$scratch/calls")" 3
done
mv "$scratch/tools/ctest.passes" "$scratch/tools/ctest"
# Without apt, clang is the one in PATH.
for tool in apt-get apt-cache sudo; do cp "$scratch/tools/ninja" "$scratch/tools/$tool"; done
sed -i "s/ninja/apt/" "$scratch/tools/"{apt-get,apt-cache,sudo}
mkdir "$scratch/copy/build/asan"
"$scratch/copy/dev" test asan >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
! grep '^apt' "$scratch/calls" || fail "apt was called"
