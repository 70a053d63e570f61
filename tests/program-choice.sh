#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-choice.sh PROGRAM: what the train command chooses where nothing is
# said. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/program.sh"

# bare OUTPUT ARGUMENT...: with no option of those that are chosen
bare ()
{
  local output=$1
  shift
  # shellcheck disable=SC2086 # words
  ${in_place-} "$program" train "${data:-data}" -o "$output" --embedding 32 --no-sheets --no-page "$@"
}

# the length in pictures alone decides, whatever the threads
same_by_pictures ()
{
  bare one.safetensors --images 96 --threads 1 > out.txt &&
    bare two.safetensors --images 96 --threads 2 > /dev/null && cmp -s one.safetensors two.safetensors
}

# all that was chosen is said, and is in the recipe, which makes the same file
said_and_kept ()
{
  grep -q '^chosen for' out.txt && grep -q '^  width  *32$' out.txt && grep -q '^  multipliers  *1,2,4$' out.txt &&
    grep -q '^  batch  *16$' out.txt && grep -q 'length: 96 pictures, 1.5 passes over 64' out.txt &&
    grep -q '^width=32$' one.ini && grep -q '^batch=16$' one.ini && grep -q '^multipliers=1,2,4$' one.ini &&
    bare again.safetensors --recipe one.ini > out.txt && cmp -s one.safetensors again.safetensors &&
    grep -q '^  width  *32 (given)$' out.txt
}

# an option given is never overridden
given_stays ()
{
  bare given.safetensors --images 96 --width 16 --multipliers 1 --patch 1 --attention 0 --blocks 2 --batch 6 --dropout 0.25 \
    --no-mirror > out.txt || return 1
  local line
  for line in 'width=16' 'multipliers=1' 'patch=1' 'attention=0' 'blocks=2' 'batch=6' 'dropout=0.25' 'no-mirror=true'; do
    grep -q "^$line\$" given.ini || { echo "# no $line"; return 1; }
  done
  [[ $(grep -c '(given)$' out.txt) == 8 ]]
}

# one by one, beside what is chosen
each_given ()
{
  bare width.safetensors --images 32 --width 16 > /dev/null && grep -q '^width=16$' width.ini &&
    grep -q '^multipliers=1,2,4$' width.ini && bare levels.safetensors --images 32 --multipliers 2,1 > /dev/null &&
    grep -q '^multipliers=2,1$' levels.ini && grep -q '^width=32$' levels.ini
}

# by time: speed and passes are told, and a length is in the recipe
by_time ()
{
  bare timed.safetensors --duration 2s > out.txt || return 1
  grep -q 'minutes, at [0-9]* a second about [0-9]* pictures, [0-9.]* passes over 64' out.txt &&
    grep -q '^duration=2s$' timed.ini && grep -q '^width=32$' timed.ini && [[ -s timed.safetensors ]]
}

# a run that goes on needs no option
resumed ()
{
  bare whole.safetensors --images 320 --width 16 --seed 3 > /dev/null || return 1
  in_place='exec' bare part.safetensors --images 320 --width 16 --seed 3 --checkpoint-every 64 > /dev/null 2>&1 &
  local pid=$! i
  for ((i = 0; i < 600; i++)); do
    [[ -s part.safetensors ]] && break
    sleep 0.02
  done
  kill -9 $pid
  wait $pid 2> /dev/null
  [[ $? == 137 ]] || return 1
  bare part.safetensors --resume > /dev/null && cmp -s whole.safetensors part.safetensors
}

# pictures without left and right are mirrored if they are seen often
mirrored ()
{
  local i
  for i in 1 2 3 4 5 6 7 8; do
    ppm "plain/a/$i.ppm" "$i"
    ppm "plain/b/$i.ppm" "$((9 - i))"
  done
  data=plain bare once.safetensors --images 32 > out.txt && grep -q '^  mirror  *none$' out.txt &&
    grep -q '^no-mirror=true$' once.ini || return 1
  data=plain bare often.safetensors --images 1920 --size 8 --width 16 --multipliers 1 > out.txt || return 1
  grep -q '^  mirror  *half of the pictures, which look alike' out.txt && grep -q '^mirror=true$' often.ini &&
    grep -q '^  dropout  *0.1$' out.txt
}

# pictures with sides are not: one half of each is dark
not_mirrored ()
{
  local i half
  mkdir -p sided/a sided/b
  for i in 1 2 3 4 5 6 7 8; do
    half=$(printf '%24s' '' | tr ' ' "$i")
    { printf 'P6\n16 16\n255\n'; printf "$half${half//$i/z}%.0s" {1..16}; } > "sided/a/$i.ppm"
    cp "sided/a/$i.ppm" sided/b/
  done
  data=sided bare sided.safetensors --images 640 --size 8 --width 16 --multipliers 1 > out.txt || return 1
  grep -q '^  mirror  *none: the pictures differ' out.txt && grep -q '^no-mirror=true$' sided.ini
}

# large pictures are made small for a short run, unless a size is given
limited ()
{
  local i
  for i in a b c d; do
    mkdir -p "large/${i//[cd]/x}"
    { printf 'P6\n64 64\n255\n'; yes "$i" | tr -d '\n' | head -c 12288; } > "large/${i//[cd]/x}/$i.ppm"
  done
  data=large bare small.safetensors --images 16 > out.txt && grep -q '^  size  *32 x 32$' out.txt &&
    data=large bare large.safetensors --images 16 --size 64 --width 16 --multipliers 1 > out.txt &&
    grep -q '^  size  *64 x 64 (given)$' out.txt && grep -q '^size=64$' large.ini && grep -q '^size=32$' small.ini
}

# networks that do not fit are passed over; if the smallest does not, that is said
little_memory ()
{
  status 1 'one picture at a time' bare none.safetensors --images 96 --memory 1M
}

idx_data data
check 'the same is chosen for any number of threads' same_by_pictures
check 'what is chosen is said and kept' said_and_kept
check 'what is given stays' given_stays
check 'each by itself' each_given
check 'a run by time' by_time
check 'a run goes on without an option' resumed
check 'pictures without sides are mirrored' mirrored
check 'pictures with sides are not' not_mirrored
check 'large pictures and a short run' limited
check 'little memory' little_memory
echo "1..$n_tests"
