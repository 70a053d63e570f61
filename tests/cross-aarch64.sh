#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: cross-aarch64.sh [FOLDER [TEST...]]
#
# Compiles tensor, kernels and layers for another architecture, aarch64, and
# runs their tests, or those named (group-norm), in an emulator. By hand, on
# Debian; needs the packages gcc-aarch64-linux-gnu and qemu-user. Libraries of
# that architecture are fetched into FOLDER, build-aarch64 unless given; the
# system stays as it is.
set -euo pipefail

source=$(cd "$(dirname "$0")/.." && pwd)
build=$(mkdir -p "${1:-$source/build-aarch64}" && cd "${1:-$source/build-aarch64}" && pwd)
root=$build/root
libs=$root/usr/lib/aarch64-linux-gnu
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")

for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
  if ! command -v "$tool" > /dev/null; then
    echo "$tool is not there: apt install gcc-aarch64-linux-gnu qemu-user" >&2
    exit 1
  fi
done

# apt_arm64 COMMAND...: apt-get of a machine that has nothing yet, all in $build
apt_arm64 ()
{
  (cd "$build/apt" &&
   apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
     -o APT::Install-Recommends=false -o APT::Sandbox::User=root \
     -o Dir::State="$build/apt" -o Dir::State::status="$build/apt/status" \
     -o Dir::Cache="$build/apt" -o Dir::Etc::sourcelist="$build/apt/sources.list" \
     -o Dir::Etc::sourceparts=- "$@")
}

fetch_libraries ()
{
  local glib=libglib2.0-0

  mkdir -p "$build"/apt/{lists/partial,archives/partial} "$root"
  touch "$build/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
    "http://deb.debian.org/debian $codename main" > "$build/apt/sources.list"
  apt_arm64 update
  if [[ $codename != bookworm ]]; then
    glib=libglib2.0-0t64
  fi
  apt_arm64 install -y --download-only "$glib" libopenblas0-pthread > /dev/null
  apt_arm64 download libglib2.0-dev libopenblas-pthread-dev
  for package in "$build"/apt/*.deb "$build"/apt/archives/*.deb; do
    dpkg-deb --extract "$package" "$root"
  done
  touch "$build/fetched"
}

# compile OBJECT SOURCE FLAG...
compile ()
{
  local object=$build/$1 file=$source/$2
  shift 2

  aarch64-linux-gnu-gcc -c -o "$object" "$file" -std=gnu17 -O3 -g \
    -Wall -Wextra -Werror -Wno-psabi -D_GNU_SOURCE -fno-math-errno \
    -DGETTEXT_PACKAGE='"gegl-diffusion"' -DDM_LOCALE_DIR='"/nonexistent"' -I"$source/core" -I"$source/tests/support" \
    -isystem "$root/usr/include/glib-2.0" -isystem "$libs/glib-2.0/include" \
    -isystem "$root/usr/include/aarch64-linux-gnu/openblas-pthread" "$@"
}

compile_rooms ()
{
  local file objects=()

  for file in "$source"/core/{tensor,kernels,nn}/*.c "$source"/tests/support/check.c; do
    file=${file#"$source"/}
    objects+=("$build/${file//\//-}.o")
    compile "${file//\//-}.o" "$file" -DDM_ISA=base
  done
  rm -f "$build/libdm.a"
  aarch64-linux-gnu-ar rcs "$build/libdm.a" "${objects[@]}"
}

# run_test STEM
run_test ()
{
  compile "$1.o" "tests/$1.c"
  aarch64-linux-gnu-gcc -o "$build/$1" "$build/$1.o" "$build/libdm.a" \
    -L"$libs" -L"$libs/openblas-pthread" \
    -Wl,-rpath-link,"$libs:$root/lib/aarch64-linux-gnu" \
    -lglib-2.0 -lopenblas -lm -pthread
  qemu-aarch64 -L "$root" \
    -E LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu/openblas-pthread "$build/$1"
}

if [[ ! -e $build/fetched ]]; then
  fetch_libraries
fi
compile_rooms
shift $(($# > 0))
if [[ $# == 0 ]]; then
  set -- pool rng tensor kernels gemm linear conv2d conv3x3 group-norm norm-windows \
    attention embedding resample res-block
fi
for test; do
  echo "== test-$test"
  run_test "test-$test"
done
echo 'all passed on aarch64'
