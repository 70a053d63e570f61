# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# For tests that run the program: a folder of their own, TAP, small data.

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# babl keeps what it learns of colours there: tests with many spaces would make
# every later program larger
export XDG_CACHE_HOME=$folder/.cache GEGL_USE_OPENCL=no LC_ALL=C.UTF-8
n_tests=0

# With the address sanitizer, programs that load our module need it first, and
# leaks cannot be told apart: GEGL has unloaded its modules, and with them the
# names of their own, by the time they are looked for. Unit tests look for ours.
sanitizer=$(ldd "$program" | awk '/libasan/ { print $3 }')
export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0

# check NAME COMMAND...: one line of TAP
check ()
{
  local name=$1
  shift
  n_tests=$((n_tests + 1))
  if "$@"; then echo "ok $n_tests $name"; else echo "not ok $n_tests $name"; fi
}

# big_endian NUMBER: four bytes
big_endian ()
{
  local hex
  hex=$(printf '%08x' "$1")
  printf '%b' "\\x${hex:0:2}\\x${hex:2:2}\\x${hex:4:2}\\x${hex:6:2}"
}

# idx_data FOLDER: 64 gray pictures of 8 x 8 in two classes
idx_data ()
{
  mkdir -p "$1"
  { big_endian 0x803; big_endian 64; big_endian 8; big_endian 8
    yes 'seven.dwarfs' | head -c 4096; } > "$1/train-images-idx3-ubyte"
  { big_endian 0x801; big_endian 64
    for ((i = 0; i < 32; i++)); do printf '\0\1'; done; } > "$1/train-labels-idx1-ubyte"
}

# status EXPECTED PATTERN COMMAND...: exit status, and a sentence that says why
status ()
{
  local expected=$1 pattern=$2
  shift 2
  "$@" > out.txt 2> err.txt
  local found=$?
  [[ $found == "$expected" ]] && grep -q -e "$pattern" err.txt && return 0
  echo "# status $found, not $expected, or no “$pattern” in: $(cat err.txt)"
  return 1
}
