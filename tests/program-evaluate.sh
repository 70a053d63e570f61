#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-evaluate.sh PROGRAM: classifiers and the evaluate command, on pictures
# made here. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/program.sh"

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

# evaluate MODEL ARGUMENT...
evaluate ()
{
  local model=$1
  shift
  "$program" evaluate "$model" bands --features features.safetensors --samples 60 --steps 6 "$@"
}

# cell TABLE ROW COLUMN: rows by their first two cells, joined by a blank
cell ()
{
  awk -F '\t' -v row="$2" -v name="$3" '
    /^#/ { next }
    !column { for (i = 1; i <= NF; i++) if ($i == name) column = i; next }
    $1 " " $2 == row { print $column }' "$1"
}

# above A B: whether A is a number above B
above ()
{
  awk -v a="$1" -v b="$2" 'BEGIN { exit !(a ~ /^[0-9.e+-]+$/ && a + 0 > b + 0) }'
}

learns ()
{
  local share
  classifier features.safetensors --images 6400 > out.txt || return 1
  share=$(sed -n 's/.*; \([0-9.]*\) % of 120 held-out pictures right.*/\1/p' out.txt)
  above "$share" 90 && [[ -z $(ls features*.png 2> /dev/null) ]]
}

is_shown ()
{
  "$program" inspect features.safetensors > out.txt && grep -q 'classifier, for “gegl-diffusion evaluate”' out.txt &&
    grep -q 'accuracy  *[0-9.]* % of held-out pictures' out.txt && ! grep -q 'recommended\|dropped\|draws' out.txt &&
    "$program" inspect features.safetensors --json | grep -q '"accuracy" : 0.9\|"accuracy" : 1'
}

measures ()
{
  evaluate good.safetensors --guidance 0,0.5,2 -o good.tsv --plot good.svg --threads 2 > out.txt || return 1
  grep -q 'compare only with figures by the same feature network' out.txt && grep -q '^# .*compare only' good.tsv &&
    grep -q '^# .*SHA-256 '"$(sha256sum features.safetensors | cut -d ' ' -f 1)" good.tsv && grep -q 'written: good.svg' out.txt &&
    [[ $(grep -vc '^#' good.tsv) == 5 && $(cell good.tsv 'held-out NaN' n) == 60 ]]
}

# FID, IS and accuracy as they must be: real pictures, a model, noise
in_order ()
{
  evaluate bad.safetensors --guidance 0 -o bad.tsv > /dev/null || return 1
  local real good bad
  real=$(cell good.tsv 'held-out NaN' FID)
  good=$(cell good.tsv 'drawn 0' FID)
  bad=$(cell bad.tsv 'drawn 0' FID)
  echo "# FID: $real held out, $good, $bad; accuracy: $(cell good.tsv 'held-out NaN' accuracy)," \
    "$(cell good.tsv 'drawn 0' accuracy), $(cell bad.tsv 'drawn 0' accuracy)"
  above "$bad" "$(awk "BEGIN { print 20 * $real }")" && above "$bad" "$(awk "BEGIN { print 20 * $good }")" &&
    above "$(cell good.tsv 'held-out NaN' accuracy)" 0.9 && above "$(cell good.tsv 'held-out NaN' IS)" "$(cell bad.tsv 'drawn 0' IS)" &&
    above "$(cell good.tsv 'drawn 0' accuracy)" "$(cell bad.tsv 'drawn 0' accuracy)" &&
    [[ $(cell bad.tsv 'held-out NaN' FID) == "$real" ]]
}

# bit for bit, whatever the threads; another seed draws others
same_table ()
{
  evaluate good.safetensors --guidance 0,0.5,2 -o one.tsv --plot one.svg --threads 1 > /dev/null &&
    cmp good.tsv one.tsv && cmp good.svg one.svg &&
    evaluate good.safetensors --guidance 0 -o other.tsv --seed 7 > /dev/null &&
    [[ $(cell other.tsv 'drawn 0' FID) != $(cell one.tsv 'drawn 0' FID) ]]
}

# crops at scales, of balanced classes, drawn by the options they were trained with
crops ()
{
  local drawn=(--crop wrap --scale 0.5,1 --balance --mirror)
  "$program" train photos -o crops.safetensors --size 8 "${drawn[@]}" --scaled --width 16 --multipliers 1,2 \
    --blocks 1 --embedding 32 --groups 4 --batch 8 --no-sheets --images 160 > /dev/null &&
    "$program" train photos --task classifier -o crops-features.safetensors --size 8 "${drawn[@]}" --width 8 \
      --groups 4 --batch 8 --images 160 > /dev/null &&
    "$program" evaluate crops.safetensors photos --features crops-features.safetensors "${drawn[@]}" --samples 40 \
      --steps 2 --guidance 0 -o crops.tsv > out.txt && grep -q 'No pictures are held out' out.txt &&
    above "$(cell crops.tsv 'drawn 0' FID)" 0
}

# ppm FILE CHARACTER: 16 x 16 of one colour
ppm ()
{
  mkdir -p "$(dirname "$1")"
  { printf 'P6\n16 16\n255\n'; yes "$2" | tr -d '\n' | head -c 768; } > "$1"
}

bands bands train 600
bands bands t10k 120
check 'a classifier learns' learns
check 'its file says how well' is_shown
check 'no sheets for a sampler' status 1 'is a classifier' "$program" sample features.safetensors -o x.png
for option in '--p-uncond 0.2' '--attention 0' '--prediction eps' '--embedding 64' '--scaled'; do
  # shellcheck disable=SC2086
  check "a classifier has no ${option% *}" status 2 "${option% *} is for networks that draw" \
    "$program" train bands --task classifier -o x.safetensors $option
done
check 'no such task' status 2 'sing' "$program" train bands --task sing -o x.safetensors

check 'a model to measure' model good.safetensors 12800
check 'and one that has learnt nothing' model bad.safetensors 16
check 'a classifier does not begin as a model' status 1 'draws pictures' \
  classifier x.safetensors --images 16 --init good.safetensors
check 'a table and a plot' measures
check 'the plot is XML' grep -q '^<svg\|^<?xml' good.svg
check 'better figures for better pictures' in_order
check 'the same table on one thread' same_table
for ((i = 1; i <= 8; i++)); do
  ppm "photos/dark/$i.ppm" "$i"
  ppm "photos/light/$i.ppm" "$(printf '%b' "\\x$((70 + i))")"
done
check 'crops of class folders' crops

check 'no feature network' status 2 'train DATA --task classifier' "$program" evaluate good.safetensors bands -o x.tsv
check 'no table' status 2 'TABLE.tsv' "$program" evaluate good.safetensors bands --features features.safetensors
check 'no data' status 2 'MODEL and DATA' "$program" evaluate good.safetensors --features features.safetensors -o x.tsv
check 'a plot of another kind' status 2 'svg or FILE.png' evaluate good.safetensors -o x.tsv --plot x.jpg
check 'a model for a feature network' status 1 'good.safetensors: draws pictures' \
  "$program" evaluate good.safetensors bands --features good.safetensors -o x.tsv
check 'a feature network for a model' status 1 'features.safetensors: is a classifier' evaluate features.safetensors -o x.tsv
check 'too few pictures' status 1 '16 pictures are too few' evaluate good.safetensors -o x.tsv --samples 16
check 'missing data' status 1 'no-such' \
  "$program" evaluate good.safetensors no-such --features features.safetensors -o x.tsv
check 'other data' status 1 'photos' \
  "$program" evaluate good.safetensors photos --features features.safetensors -o x.tsv
check 'a strength that is none' status 2 'guidance' evaluate good.safetensors -o x.tsv --guidance 0,much
check 'an unwritable table' status 1 'nowhere/x.tsv' evaluate good.safetensors -o nowhere/x.tsv --guidance 0
check 'options of the data go wrong in words' status 2 'scale' evaluate good.safetensors -o x.tsv --scale 0.5
echo "1..$n_tests"
