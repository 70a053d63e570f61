#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-classifier.sh PROGRAM: classifiers, of pictures made here. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/bands.sh"
. "$(dirname "$0")/support/program.sh"

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

# in two sittings, as long as one
goes_on ()
{
  classifier whole.safetensors --images 320 --no-averages --checkpoint-every 160 > /dev/null &&
    mkdir -p rest && cp whole.safetensors.state.1 rest/whole.safetensors.state &&
    classifier rest/whole.safetensors --images 320 --no-averages --resume > /dev/null &&
    cmp whole.safetensors rest/whole.safetensors
}

bands bands train 600
bands bands t10k 120
check 'a classifier learns' learns
check 'its file says how well' is_shown
check 'a run that is resumed' goes_on
check 'no sheets for a sampler' status 1 'is a classifier' "$program" sample features.safetensors -o x.png
for option in '--p-uncond 0.2' '--attention 0' '--prediction eps' '--embedding 64' '--noise 1,1' '--scaled'; do
  # shellcheck disable=SC2086
  check "a classifier has no ${option% *}" status 2 "${option% *} is for networks that draw" \
    "$program" train bands --task classifier -o x.safetensors $option
done
check 'no such task' status 2 'sing' "$program" train bands --task sing -o x.safetensors
check 'a model to begin with' model good.safetensors 16
check 'a classifier does not begin as a model' status 1 'draws pictures' \
  classifier x.safetensors --images 16 --init good.safetensors
echo "1..$n_tests"
