#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-layers.sh [SOURCE-FOLDER]
#
# Holds every #include of core/ and plugin/ to the plan of the house: a file
# sees its own room, the rooms that are named here, and no library that is
# kept to other rooms.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}"

declare -A sees=(
  [core/tensor]=''
  [core/kernels]='tensor'
  [core/nn]='kernels tensor'
  [core/model]='nn tensor'
  [core/diffusion]='tensor'
  [core/image]='tensor'
  [core/generate]='model diffusion tensor'
  [core/paint]='generate image model tensor'
  [core/train]='tensor kernels nn model diffusion image generate evaluate'
  [core/evaluate]='tensor kernels nn model diffusion image generate train'
  [core/program]='tensor kernels nn model diffusion image generate paint train evaluate'
  [plugin]='paint generate image model tensor'
)

# Headers kept to some files: one file multiplies matrices, GEGL's pixels stay
# at the edges, one program talks to GIMP, and evaluation shares the pictures of
# training, not its loop.
declare -A kept=(
  ['cblas\.h']='core/kernels/gemm\.c'
  ['(gegl|babl).*']='(core/(image|paint|program)|plugin)/.*'
  ['libgimp/.*']='plugin/gimp2(-layer)?\.c'
  ['train/trainer\.h']='core/(train|program)/.*'
)

# may_include FILE HEADER MARK, where MARK is the quote or bracket before HEADER
may_include ()
{
  local room=${1%/*} from=${2%%/*} pattern

  for pattern in "${!kept[@]}"; do
    [[ $2 =~ ^$pattern$ && ! $1 =~ ^${kept[$pattern]}$ ]] && return 1
  done

  if [[ $3 == '<' ]]; then # a library's, not one of ours by the back door
    [[ ! -v sees[core/$from] ]]
  elif [[ $2 == */* ]]; then
    [[ $room == "core/$from" || " ${sees[$room]-} " == *" $from "* ]]
  else
    [[ $room == plugin ]]
  fi
}

n_seen=0
n_bad=0
while IFS=: read -r file line text; do
  n_seen=$((n_seen + 1))
  if [[ ! $text =~ include[[:space:]]*([\"<])([^\">]+) ]] ||
     ! may_include "$file" "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}"; then
    n_bad=$((n_bad + 1))
    echo "$file:$line: not for this room: $text"
  fi
done < <(grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' core plugin)

echo "$n_seen includes seen, $n_bad of them forbidden"
[[ $n_seen -gt 0 && $n_bad -eq 0 ]]
