#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: openblas-builds.sh BUILD TEST...
#
# Runs test programs upon one of Debian's builds of OpenBLAS: pthread, openmp or
# serial, whichever the system prefers. Without that build: skipped.
set -euo pipefail

build=$1
shift

for folder in /usr/lib/*/openblas-"$build"; do
  if [[ $(LD_LIBRARY_PATH=$folder ldd "$1") == *"$folder/libopenblas"* ]]; then
    for test in "$@"; do
      LD_LIBRARY_PATH=$folder "$test"
    done
    exit
  fi
done

echo "this system has no OpenBLAS of build $build, Debian's libopenblas0-$build"
exit 77
