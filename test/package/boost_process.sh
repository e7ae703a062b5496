#!/usr/bin/env bash
# How the process room uses each Boost: boost_process.sh SOURCE
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/CMakeLists.txt" <<TEXT
cmake_minimum_required(VERSION 3.25)
project(any NONE)
if(HAS_TARGET)
    add_library(Boost::process INTERFACE IMPORTED)
endif()
set(CMAKE_DISABLE_FIND_PACKAGE_Boost ON)
include($1/lib/process/boost_process.cmake)
message(STATUS "links: \${loopingcall_boost_process}")
TEXT

check() { # what is printed, what is linked, then the arguments for CMake
    local how=$1 links=$2 said
    shift 2
    said=$(cmake -G Ninja -S "$scratch" -B "$scratch/build" --fresh "$@" 2>&1) || true
    if ! grep -q "Boost.Process: $how" <<<"$said" || ! grep -q "links: $links\$" <<<"$said"; then
        echo "boost_process: $*: not \"$how\", \"$links\": $said" >&2
        exit 1
    fi
}

range=-DLOOPINGCALL_HAS_CLOSE_RANGE
check "header-only" "" -DBoost_VERSION=1.81.0 $range=ON
check "header-only" "" -DBoost_VERSION=1.85.0 $range=ON
check "not used" "" -DBoost_VERSION=1.85.0 $range=OFF
check "as a library" Boost::process -DBoost_VERSION=1.86.0 $range=OFF -DHAS_TARGET=ON
check "not used" "" -DBoost_VERSION=1.88.0 $range=ON
check "not used" "" -DBoost_VERSION=1.92.0 $range=ON -DHAS_TARGET=ON -DLOOPINGCALL_WITHOUT_BOOST_PROCESS=ON
# The sources of Boost within another project tell no version.
check "as a library" Boost::process $range=ON -DHAS_TARGET=ON
check "not used" "" $range=ON
