# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# For tests of classifiers and what is measured by them, before program.sh, which
# goes to another folder and has what this needs.

# bands FOLDER KIND N: 8 x 8 gray pictures of three classes, each with one half or
# the middle light, and noise that is always the same
bands ()
{
  mkdir -p "$1"
  { big_endian 0x803; big_endian "$3"; big_endian 8; big_endian 8
    LC_ALL=C awk -v n="$3" -v x="${#2}" 'BEGIN {
      for (i = 0; i < n; i++)
        for (j = 0; j < 64; j++) {
          x = (x * 16807) % 2147483647
          row = int(j / 8); column = j % 8
          light = i % 3 == 0 ? row < 4 : i % 3 == 1 ? column < 4 : row > 1 && row < 6
          printf "%c", 1 + light * 150 + x % 90
        }
    }'; } > "$1/$2-images-idx3-ubyte"
  { big_endian 0x801; big_endian "$3"
    for ((i = 0; i < $3; i++)); do printf '%b' "\\0$((i % 3))"; done; } > "$1/$2-labels-idx1-ubyte"
}

# classifier OUTPUT ARGUMENT...
classifier ()
{
  local output=$1
  shift
  "$program" train bands --task classifier -o "$output" --width 8 --groups 4 --batch 16 --seed 5 "$@"
}

# model OUTPUT IMAGES
model ()
{
  "$program" train bands -o "$1" --width 16 --multipliers 1,2 --blocks 1 --embedding 32 --groups 4 \
    --batch 16 --seed 5 --no-sheets --images "$2" > /dev/null
}

# above A B: whether A is a number above B
above ()
{
  awk -v a="$1" -v b="$2" 'BEGIN { exit !(a ~ /^[0-9.e+-]+$/ && a + 0 > b + 0) }'
}
