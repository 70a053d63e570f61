# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# For tests that run `gegl-diffusion train`, before program.sh, which goes to
# another folder.

# train OUTPUT ARGUMENT...: a network of no use, quickly. In the background, with
# in_place=exec, the program takes the place of the shell, to be killed by $!. With
# data set, of these pictures.
train ()
{
  local output=$1
  shift
  # shellcheck disable=SC2086 # words
  ${in_place-} "$program" train "${data:-data}" -o "$output" --width 16 --multipliers 1,2 --blocks 1 \
    --embedding 32 --groups 4 --batch 8 --seed 5 --no-sheets "$@"
}

quietly ()
{
  "$@" > /dev/null
}

# ppm FILE CHARACTER: 16 x 16 of one colour
ppm ()
{
  mkdir -p "$(dirname "$1")"
  { printf 'P6\n16 16\n255\n'; yes "$2" | tr -d '\n' | head -c 768; } > "$1"
}
