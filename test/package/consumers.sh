#!/usr/bin/env bash
# Builds and runs a consumer each way: consumers.sh SOURCE STATIC_BUILD SHARED_BUILD SCRATCH
set -euo pipefail
source=$1 static_build=$2 shared_build=$3 scratch=$4
consumer=$source/test/package/consumer

fail() {
    echo "consumers: $*" >&2
    exit 1
}

build() { # name, then arguments for CMake
    local name=$1
    shift
    echo "== $name"
    cmake -G Ninja -S "$consumer" -B "$scratch/$name" -DCMAKE_BUILD_TYPE=Debug "$@" \
        >/dev/null 2>"$scratch/$name.log" || { cat "$scratch/$name.log"; fail "CMake has failed"; }
    ! grep -i warning "$scratch/$name.log" || { cat "$scratch/$name.log"; fail "CMake warns"; }
    cmake --build "$scratch/$name" -- --quiet
}

# Not grep -q: it would end before readelf, which fails then.
links() { readelf --dynamic "$1" | grep "NEEDED.*\[$2" >/dev/null; }

check_loop_alone() {
    "$1"
    ! links "$1" libboost || fail "$1 links a library of Boost"
}

install_to() { # build, prefix
    cmake --install "$1" --prefix "$2" >/dev/null
}

found() { # static or shared, build
    local prefix=$scratch/$1-prefix
    install_to "$2" "$prefix"
    build "$1" -DCMAKE_PREFIX_PATH="$prefix"
    check_loop_alone "$scratch/$1/loop_alone"
    "$scratch/$1/all_rooms"
}

by_pkg_config() { # static or shared
    echo "== pkg-config, $1"
    local prefix=$scratch/$1-prefix program=$scratch/$1-by-pkg-config
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name loopingcall-loop.pc)")
    export PKG_CONFIG_PATH
    local flags
    read -ra flags <<<"$(pkg-config --cflags --libs loopingcall-loop)"
    "${CXX:-c++}" -std=c++20 "$consumer/loop_alone.cpp" -o "$program" "${flags[@]}" \
        -Wl,-rpath,"$(pkg-config --variable=libdir loopingcall-loop)"
    check_loop_alone "$program"
    read -ra flags <<<"$(pkg-config --cflags --libs loopingcall-device loopingcall-config)"
    "${CXX:-c++}" -std=c++20 "$consumer/all_rooms.cpp" -o "$program-all" "${flags[@]}" \
        -Wl,-rpath,"$(pkg-config --variable=libdir loopingcall-loop)"
    "$program-all"
}

# The libraries and the headers in folders of their own, by absolute paths, as Nix has them.
check_apart() {
    echo "== pkg-config, apart"
    local libraries=$scratch/apart/libraries headers=$scratch/apart/headers
    cmake -G Ninja -S "$source" -B "$scratch/apart/build" -DLOOPINGCALL_BUILD_TESTS=OFF \
        -DCMAKE_INSTALL_LIBDIR="$libraries" -DCMAKE_INSTALL_INCLUDEDIR="$headers" >/dev/null
    mkdir -p "$libraries/pkgconfig"
    cp "$scratch/apart/build/lib/"*.pc "$libraries/pkgconfig"
    tells() { realpath -m "$(PKG_CONFIG_PATH=$libraries/pkgconfig pkg-config --variable="$1" loopingcall-loop)"; }
    [ "$(tells libdir)" = "$libraries" ] || fail "the libraries are not in $(tells libdir)"
    [ "$(tells includedir)" = "$headers" ] || fail "the headers are not in $(tells includedir)"
}

# What a parent or a packager wants of all targets breaks none of ours.
configure_with() { # name, then arguments for CMake
    echo "== $1"
    cmake -G Ninja -S "$source" -B "$scratch/$1" -DCMAKE_BUILD_TYPE=Debug -DLOOPINGCALL_BUILD_TESTS=OFF \
        -DLOOPINGCALL_BUILD_EXAMPLES=OFF -DLOOPINGCALL_WARNINGS_AS_ERRORS=ON "${@:2}" >/dev/null
}

rm -rf "$scratch"
mkdir -p "$scratch"
check_apart
found static "$static_build"
found shared "$shared_build"
links "$scratch/shared/loop_alone" 'libloopingcall_loop.so.0' || fail "the shared library has no SONAME"
by_pkg_config static
by_pkg_config shared
build subdirectory -DHOW=add_subdirectory -DLOOPINGCALL_SOURCE="$source"
check_loop_alone "$scratch/subdirectory/loop_alone"
# What it makes is the same: whether it can be configured is the question.
cmake -G Ninja -S "$consumer" -B "$scratch/fetched" -DHOW=FetchContent \
    -DLOOPINGCALL_SOURCE="$source" >/dev/null
configure_with unity -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DLOOPINGCALL_BUILD_TESTS=ON
! grep unity_ "$scratch/unity/build.ninja" || fail "files are compiled together that may have the same names"
configure_with position-independent -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DLOOPINGCALL_BATCHES=ON
cmake --build "$scratch/position-independent" -- --quiet
rm -rf "$scratch"
