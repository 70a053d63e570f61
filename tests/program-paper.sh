#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-paper.sh PROGRAM: data/paper, on pictures and tables made here. TAP.
set -u
program=$(realpath "$1")
paper=$(realpath "$(dirname "$0")/../data/paper")
. "$(dirname "$0")/support/bands.sh"
. "$(dirname "$0")/support/program.sh"

# recipe NAME LINE...
recipe ()
{
  local name=$1
  shift
  printf '%s\n' '[train]' "$@" width=8 groups=4 batch=16 no-averages=true > "$name.ini"
}

reproduce ()
{
  SAMPLES=20 "$paper/reproduce" small bands made "$program" > out.txt
}

# twelve tables with their plots, and a line for each claim
makes_all ()
{
  reproduce && [[ $(find made -name '*-*.tsv' | wc -l) == 12 && $(find made -name '*-*.svg' | wc -l) == 12 ]] &&
    [[ $(wc -l < made/claims.tsv) == 14 && -s made/sheet.png && -z $(find made -name '*.part') ]] &&
    [[ $(awk -F '\t' '$2 == "reproduced" || $2 == "not reproduced"' made/claims.tsv | wc -l) == 14 ]]
}

# what is there is not made again, not even the half of a table; what is not comes out the same
goes_on ()
{
  cp made/sampler-ddim.tsv was.tsv && cp made/p0.2.safetensors was.safetensors &&
    rm made/p0.2.safetensors.done && mv made/sampler-ddim.tsv made/sampler-ddim.part &&
    sed -i '$d' made/sampler-ddim.part && reproduce &&
    [[ $(grep '^== ' out.txt) == $'== sampler-ddim\n== p0.2' ]] && cmp was.tsv made/sampler-ddim.tsv &&
    cmp was.safetensors made/p0.2.safetensors && [[ $(grep -c '^sampler-ddim'$'\t' made/seconds.tsv) == 2 ]]
}

# so far as there are tables, claims are told
tells_some ()
{
  mkdir some && cp made/guidance-p0.{1,2}.tsv made/steps-16.tsv made/interval-middle.tsv some &&
    "$paper/claims" some > claims.tsv && [[ $(wc -l < claims.tsv) == 14 ]] &&
    [[ $(awk -F '\t' '$2 == "not measured"' claims.tsv | wc -l) == 7 ]] &&
    diff <(grep -e 'p_uncond 0.[12]' -e middle claims.tsv | sort) \
      <(grep -e '^p_uncond 0.[12]' -e middle made/claims.tsv | sort)
}

# table NAME WORDS...: each guidance:FID:IS
table ()
{
  local name=$1
  shift
  { printf '# what was measured\npictures\tguidance\tn\tFID\tIS\n'
    printf 'held-out\tNaN\t9\t0.1\t9.9\n'
    printf '%s\n' "$@" | awk -F : '{ printf "drawn\t%s\t9\t%s\t%s\n", $1, $2, $3 }'; } > "told/$name.tsv"
}

# expect LINE OUTCOME FIGURES
expect ()
{
  awk -F '\t' -v words="$1" -v outcome="$2" -v figures="$3" '
    $1 == words && $2 == outcome && $3 == figures { found = 1 }
    END { exit !found }' claims.tsv || { echo "# $1 is not $2, $3: $(grep -F "$1" claims.tsv)"; return 1; }
}

# At IS 5, which is halfway between 4 and 6, the FIDs are 4, 5 and 6.
tells ()
{
  mkdir told
  table guidance-p0.1 0:3:2 0.5:2:4 1:6:6 2:6.5:6.5 4:8:7
  table guidance-p0.2 0:5:2 0.5:3:4 1:7:6
  table guidance-p0.5 0:3:4 0.5:9:6 1:1:5
  for same in steps-{16,32,256} sampler-{ddim,dpm2m,heun}; do table "$same" 0.3:3:1; done
  table steps-256 0:9:1 0.3:2.5:1
  table sampler-ddim 0.3:10:1
  table sampler-dpm2m 0.3:2:1
  table interval-middle 1:7:1 2:1:1 4:8:1
  "$paper/claims" told > claims.tsv &&
    expect 'p_uncond 0.1: IS rises with w' reproduced '2 at w = 0, 7 at w = 4' &&
    expect 'p_uncond 0.5: IS rises with w' 'not reproduced' '4 at w = 0, 5 at w = 1' &&
    expect 'p_uncond 0.2: FID falls, then rises' reproduced '5 at w = 0, least 3 at w = 0.5, 7 at w = 1' &&
    expect 'p_uncond 0.5: FID falls, then rises' 'not reproduced' '3 at w = 0, least 1 at w = 1, 1 at w = 1' &&
    expect 'FID at equal IS: p_uncond 0.5 is worst' 'not reproduced' 'the frontiers have no IS in common' &&
    expect 'more steps lower the FID at w = 0.3' reproduced '3 in 16 steps, 2.5 in 256' &&
    expect 'ddim draws better than ancestral in 32 evaluations' 'not reproduced' 'FID 10, 3' &&
    expect 'dpm2m draws better than ancestral in 32 evaluations' reproduced 'FID 2, 3' &&
    expect 'guided in the middle only, w = 1 has a lower FID' 'not reproduced' '7, 6 all the time' &&
    expect 'guided in the middle only, w = 2 has a lower FID' reproduced '1, 6.5 all the time' &&
    expect 'guided in the middle only, w = 4 has a lower FID' 'not reproduced' '8, 8 all the time'
}

at_equal_score ()
{
  table guidance-p0.5 0:9:3 0.5:4:4 1:8:6
  "$paper/claims" told > claims.tsv &&
    expect 'FID at equal IS: p_uncond 0.5 is worst' reproduced 'IS 5: FID 4, 5, 6 for 0.1, 0.2, 0.5' || return 1
  table guidance-p0.5 0:9:3 0.5:3:4 1:6:6
  "$paper/claims" told > claims.tsv &&
    expect 'FID at equal IS: p_uncond 0.5 is worst' 'not reproduced' 'IS 5: FID 4, 5, 4.5 for 0.1, 0.2, 0.5'
}

bands bands train 600
bands bands t10k 120
recipe small images=320 multipliers=1,2 blocks=1 embedding=32 no-sheets=true
recipe small-classifier images=640 task=classifier
check 'all of it, quickly' makes_all
check 'the rest of it' goes_on
check 'claims so far' tells_some
check 'claims are told from tables' tells
check 'frontiers are compared at equal IS' at_equal_score
check 'wrong usage' status 2 'usage: reproduce SET DATA FOLDER' "$paper/reproduce"
check 'claims of what' status 2 'usage: claims FOLDER' "$paper/claims"
check 'no tables' status 2 'no-such' "$paper/claims" no-such
echo "1..$n_tests"
