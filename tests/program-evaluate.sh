#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-evaluate.sh PROGRAM: the evaluate command, on pictures made here. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/bands.sh"
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/program.sh"

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

# keep TABLE STRENGTH...: of good.tsv only the rows of these, the FID of the last one changed
keep ()
{
  local table=$1
  shift
  awk -F '\t' -v OFS='\t' -v kept=" $* " -v last="${!#}" '
    $1 == "drawn" && !index(kept, " " $2 " ") { next }
    $1 == "drawn" && $2 == last { $4 = "77.5" }
    { print }' good.tsv > "$table"
}

# what the table has is not measured again; what comes is what it would have been, in its place
goes_on ()
{
  keep part.tsv 0 2 && evaluate good.safetensors --guidance 2,0.5,0 --resume -o part.tsv --plot part.svg > out.txt &&
    [[ $(grep -c '^ *w = ' out.txt) == 3 && $(cell part.tsv 'drawn 2' FID) == 77.5 ]] &&
    diff part.tsv <(sed 's/^\(drawn\t2\t60\t\)[^\t]*/\177.5/' good.tsv) && [[ -s part.svg ]]
}

# no picture is looked at where none is missing
is_whole ()
{
  cp good.tsv whole.tsv && evaluate good.safetensors --guidance 0,0.5,2 --resume -o whole.tsv --plot whole.svg > out.txt &&
    cmp good.tsv whole.tsv && [[ -s whole.svg ]] && ! grep -q 'looked at' out.txt &&
    evaluate good.safetensors --guidance 0,0.5,2 --resume -o new.tsv > out.txt && cmp good.tsv new.tsv
}

cut_short ()
{
  head -c -2 good.tsv > short.tsv &&
    status 1 'short.tsv: not a table of the same evaluation' evaluate good.safetensors --resume -o short.tsv
}

# the best strength of a table, and how its pictures were drawn, are the model's from then on; the weights stay
recommends ()
{
  cp good.safetensors told.safetensors &&
    evaluate told.safetensors --guidance 0,0.5,2 -o told.tsv --recommend --nearest near.png > out.txt || return 1
  local best
  best=$(awk -F '\t' '$1 == "drawn" && (!least || $4 < least) { least = $4 } $1 == "drawn" { fid[$2] = $4; shown[$2] = $8 }
    END { for (w in fid) if (fid[w] <= 1.05 * least && (best == "" || shown[w] > shown[best])) best = w; print best }' told.tsv)
  grep -q "^recommended from now on: guidance $best, 6 steps of [a-z0-9]*; written into told.safetensors" out.txt &&
    "$program" inspect told.safetensors > card.txt && grep -q "^  recommended  *guidance $best " card.txt &&
    grep -q '^  steps  *6$' card.txt && grep -q '^  measured  *FID .*of 60 drawn' card.txt &&
    grep -q 'written: near.png' out.txt && [[ $(head -c 4 near.png) == $'\211PNG' ]] &&
    "$program" sample told.safetensors --class all --guidance 1 --steps 3 -o told.png &&
    "$program" sample good.safetensors --class all --guidance 1 --steps 3 -o good.png && cmp told.png good.png
}

# without measuring again; where nothing can be written the model stays
recommends_later ()
{
  cp good.safetensors later.safetensors && cp told.tsv later.tsv &&
    sed -i '1s/told.safetensors/later.safetensors/' later.tsv &&
    evaluate later.safetensors --guidance 0,0.5,2 -o later.tsv --resume --recommend > out.txt &&
    ! grep -q 'looked at' out.txt && "$program" inspect later.safetensors > later.txt &&
    diff <(tail -n +2 card.txt) <(tail -n +2 later.txt) || return 1
  cp good.safetensors later.safetensors
  (ulimit -f 1; trap '' XFSZ; evaluate later.safetensors --guidance 0,0.5,2 -o later.tsv --resume --recommend > out.txt 2> err.txt)
  [[ $? == 1 ]] && grep -q 'later.safetensors: ' err.txt && cmp good.safetensors later.safetensors
}

# refused SED-SCRIPT ARGUMENT...: a table so changed, which stays as it is
refused ()
{
  sed "$1" good.tsv > foreign.tsv && cp foreign.tsv was.tsv &&
    status 1 'foreign.tsv: not a table of the same evaluation' \
      evaluate good.safetensors --guidance 0,3 --resume -o foreign.tsv "${@:2}" && cmp was.tsv foreign.tsv
}

# crops at scales, of balanced classes, drawn by the options they were trained with
crops ()
{
  local drawn=(--crop wrap --scale "0.5,1" --balance --mirror)
  "$program" train photos -o crops.safetensors --size 8 "${drawn[@]}" --scaled --width 16 --multipliers 1,2 \
    --blocks 1 --embedding 32 --groups 4 --batch 8 --no-sheets --images 160 > /dev/null &&
    "$program" train photos --task classifier -o crops-features.safetensors --size 8 "${drawn[@]}" --width 8 \
      --groups 4 --batch 8 --images 160 > /dev/null &&
    "$program" evaluate crops.safetensors photos --features crops-features.safetensors "${drawn[@]}" --samples 40 \
      --steps 2 --guidance 0 -o crops.tsv > out.txt && grep -q 'No pictures are held out' out.txt &&
    above "$(cell crops.tsv 'drawn 0' FID)" 0
}

bands bands train 600
bands bands t10k 120
check 'a feature network' quietly classifier features.safetensors --images 6400
check 'a model to measure' model good.safetensors 12800
check 'and one that has learnt nothing' model bad.safetensors 16
check 'a table and a plot' measures
check 'the plot is XML' grep -q '^<svg\|^<?xml' good.svg
check 'better figures for better pictures' in_order
check 'the same table on one thread' same_table
check 'a table that was begun' goes_on
check 'a table that is whole, and one that is not there' is_whole
check 'the best strength is the model'"'"'s' recommends
check 'also that of a table that is there' recommends_later
check 'a table of other steps' refused '' --steps 7
check 'a table of more pictures' refused '' --samples 61
check 'a table with a line cut short' refused "\$s/\t[^\t]*\$//"
check 'a table with a figure cut short' cut_short
check 'a table with words for figures' refused "\$s/[^\t]*\$/many/"
check 'a table with rows of another kind' refused "\$s/^drawn/painted/"
check 'a table that cannot be read' status 1 'bands: cannot be read' evaluate good.safetensors --resume -o bands
for ((i = 1; i <= 8; i++)); do
  ppm "photos/dark/$i.ppm" "$i"
  ppm "photos/light/$i.ppm" "$(printf '%b' "\\x$((70 + i))")"
done
check 'crops of class folders' crops
check 'pictures that are alike are read' status 1 'no-groups.tsv' \
  "$program" evaluate crops.safetensors photos --features crops-features.safetensors --alike no-groups.tsv -o x.tsv

check 'no feature network' status 2 'train DATA --task classifier' "$program" evaluate good.safetensors bands -o x.tsv
check 'no table' status 2 'TABLE.tsv' "$program" evaluate good.safetensors bands --features features.safetensors
check 'no data' status 2 'MODEL and DATA' "$program" evaluate good.safetensors --features features.safetensors -o x.tsv
check 'a sheet of another kind' status 2 'writes FILE.png' evaluate good.safetensors -o x.tsv --nearest x.svg
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
check 'an interval that ends before it begins' status 2 'guidance-end' evaluate good.safetensors -o x.tsv \
  --guidance-start 0.2 --guidance-end 0.7
check 'an interval outside of time' status 2 'guidance-start: 2.*give 0 to 1' evaluate good.safetensors -o x.tsv --guidance-start 2
check 'an unwritable table' status 1 'nowhere/x.tsv: there is no folder nowhere' evaluate good.safetensors -o nowhere/x.tsv --guidance 0
check 'options of the data go wrong in words' status 2 'scale' evaluate good.safetensors -o x.tsv --scale 0.5
echo "1..$n_tests"
