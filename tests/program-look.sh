#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-look.sh PROGRAM: what people see of a training run: what is said of the
# pictures. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/program.sh"
. "$(dirname "$0")/support/train.sh"

# every PATTERN... is in a file
holds ()
{
  local file=$1 pattern
  shift
  for pattern in "$@"; do
    grep -q -- "$pattern" "$file" || { echo "# no “$pattern” in $file: $(cat "$file")"; return 1; }
  done
}

# --- the pictures

# all that can be wrong with a folder of pictures, in sentences
report ()
{
  local i
  for i in 1 2 3 4 5 6 7 8 9 a b c; do ppm "odd/Big Cat/$i.ppm" "$i"; done
  for i in d e f g; do ppm "odd/big_cat/$i.ppm" "$i"; done
  ppm odd/other/same.ppm 3
  cp odd/big_cat/d.ppm odd/big_cat/again.ppm
  printf 'P6\n8 9\n255\n' > odd/other/small.ppm
  yes q | tr -d '\n' | head -c 216 >> odd/other/small.ppm
  echo text > odd/other/notes.txt
  mkdir -p odd/void odd/other/deeper
  data=odd train odd.safetensors --size 16 --images 16 > out.txt || return 1
  holds out.txt 'odd: 19 pictures of 3 classes, 0 held out, 16 x 16, gray' '  Big Cat  *12$' \
    '8 to 16 pixels wide, 9 to 16 high' '19 ppm' '2 files left out' 'notes.txt: ' 'deeper: a folder within' \
    'no picture in it: “void”' 'fewer than 10 pictures, .*: “big_cat”, “other”' 'nearly the same name, .*“Big Cat”, “big_cat”' \
    '1 picture is in several classes' '  Big Cat/3.ppm = other/same.ppm' '1 picture is there more than once' \
    '  big_cat/again.ppm = big_cat/d.ppm' '1 picture is smaller than 16 x 16' '  other/small.ppm: 8 x 9'
}

# long lists end
capped ()
{
  local i shades=abcdefghijkl
  ppm capped/b/z.ppm z
  for ((i = 0; i < 24; i++)); do
    ppm "capped/a/$i.ppm" "${shades:i % 12:1}"
    echo text > "capped/b/$i.txt"
  done
  data=capped train capped.safetensors --images 16 > out.txt || return 1
  holds out.txt '24 files left out' 'and 14 more' '12 pictures are there more than once' 'and 2 more' &&
    [[ $(grep -c 'txt: ' out.txt) == 10 && $(grep -c ' = ' out.txt) == 10 ]]
}

# a name that would move the cursor does not
no_cursor ()
{
  local name=$'cursor/a/x\033[2J.ppm'
  ppm "$name" x
  cp "$name" cursor/a/y.ppm
  ppm cursor/b/z.ppm z
  data=cursor train cursor.safetensors --images 16 > out.txt || return 1
  holds out.txt 'more than once' && ! grep -q $'\033' out.txt
}

idx_data data
check 'what is wrong with the pictures' report
check 'long lists end' capped
check 'names do not move the cursor' no_cursor
echo "1..$n_tests"
