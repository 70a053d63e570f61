#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-measured.sh PROGRAM: the evaluation at the end of the train command.
# TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/bands.sh"
. "$(dirname "$0")/support/program.sh"
data=bands

# told TABLE WORDS: whether a row that is described by these words has the lowest FID, or one hardly higher
told ()
{
  awk -F '\t' -v chosen="$2" '
    /^#/ { next }
    !("FID" in column) { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $1 == "drawn" {
      when = $column["from"] == 1 && $column["until"] == 0 ? "" : " between t = " $column["from"] " and " $column["until"]
      row = "guidance " $2 when ", " $column["steps"] " steps of " $column["sampler"]
      fid[row] = $column["FID"]
      if (!least || fid[row] < least) least = fid[row]
    }
    END { exit !(chosen in fid && fid[chosen] <= 1.0501 * least) }' "$1"
}

# recommends NAME WORDS: whether the model's file does
recommends ()
{
  "$program" inspect "$1.safetensors" > card.txt
  [[ $2 =~ ^guidance\ ([0-9.]+)(\ between\ t\ =\ ([0-9.]+)\ and\ ([0-9.]+))?,\ ([0-9]+)\ steps\ of\ (.*)$ ]] &&
    grep -q "^  recommended  *guidance ${BASH_REMATCH[1]} (t ${BASH_REMATCH[3]:-1} … ${BASH_REMATCH[4]:-0})" card.txt &&
    grep -q "^  steps  *${BASH_REMATCH[5]}$" card.txt && grep -q "^  sampler  *${BASH_REMATCH[6]}$" card.txt &&
    grep -q '^  measured  *FID .*of 200 drawn' card.txt
}

# strengths, two of them in an interval, two numbers of steps, another sampler
measured ()
{
  local chosen
  train one.safetensors --images 1600 --evaluate --threads 1 > out.txt || return 1
  grep -q '^  evaluation  *at the end (given)$' out.txt && [[ $(grep -c '^  guidance .*FID' out.txt) == 9 ]] &&
    [[ $(grep -c '^drawn' one.tsv) == 9 && $(grep -c '^held-out' one.tsv) == 1 && -s one-features.safetensors ]] || return 1
  [[ $(cut -f 13,14 one.tsv | grep -c '^dpm2m.16$') == 6 && $(grep -c 'dpm2m.\(8\|24\)$' one.tsv) == 2 ]] &&
    [[ $(cut -f 13 one.tsv | grep -c '^ancestral$') == 1 ]] || return 1
  chosen=$(sed -n 's/^recommended from now on: \(.*\), measured with 200 .*/\1/p' out.txt)
  told one.tsv "$chosen" || return 1
  recommends one "$chosen"
}

# whatever the threads, and by the recipe, which says that it is measured
same ()
{
  grep -q '^evaluate=true$' one.ini && train two.safetensors --recipe one.ini --threads 2 > /dev/null &&
    cmp -s one.safetensors two.safetensors && cmp -s one-features.safetensors two-features.safetensors
}

# again STRENGTHS ARGUMENT...: rows that the other command measures
again ()
{
  "$program" evaluate one.safetensors bands --features one-features.safetensors --samples 200 --seed 5 \
    --sampler dpm2m --steps 16 --guidance "$1" -o again.tsv "${@:2}" > /dev/null && grep -v '^#' again.tsv
}

# what was measured is measured again alike by the other command, which sorts by guidance
agrees ()
{
  cmp <(again 0,0.5,1,2 --guidance-start 1 --guidance-end 0 | sort) <(grep -v '^#' one.tsv | head -6 | sort) &&
    cmp <(again 1,2 --guidance-start 0.7 --guidance-end 0.2) <(grep -v '^#' one.tsv | sed -n '1,2p;7,8p')
}

# a short run is not measured by itself, nor a run that is told not to be
not_measured ()
{
  train short.safetensors --images 160 > out.txt && grep -q '^  evaluation  *none$' out.txt &&
    [[ ! -e short.tsv && ! -e short-features.safetensors ]] && grep -q '^no-evaluate=true$' short.ini &&
    "$program" inspect short.safetensors > card.txt && grep -q '^  recommended  *guidance 1 ' card.txt &&
    ! grep -q 'measured' card.txt
}

nothing_lost ()
{
  : > lost.tsv
  status 1 'lost.tsv: .*--force' train lost.safetensors --images 160 --evaluate && [[ ! -e lost.safetensors ]]
}

# too few pictures to compare with: the model is there all the same
too_few ()
{
  bands few train 20
  data=few train few.safetensors --images 160 --evaluate > out.txt 2> err.txt && grep -q 'not measured: .*too few' err.txt &&
    [[ ! -e few.tsv ]] && "$program" inspect few.safetensors | grep -q 'guidance 1 '
}

# classes that nobody can tell apart
not_told_apart ()
{
  bands blind train 400
  { big_endian 0x801; big_endian 400; for ((i = 0; i < 100; i++)); do printf '\0\0\0\1\1\1'; done | head -c 400; } \
    > blind/train-labels-idx1-ubyte
  cp blind/train-images-idx3-ubyte blind/t10k-images-idx3-ubyte
  { big_endian 0x801; big_endian 400; for ((i = 0; i < 100; i++)); do printf '\1\1\1\0\0\0'; done | head -c 400; } \
    > blind/t10k-labels-idx1-ubyte
  data=blind train blind.safetensors --images 160 --evaluate > out.txt 2> err.txt
  [[ ! -e blind.tsv ]] && grep -q 'tells only' err.txt
}

# stop_at LINE: while it measures, when it has printed a line like this
stop_at ()
{
  : > out.txt # what an earlier run has printed is not what is waited for
  in_place="exec env --default-signal=TERM" train halted.safetensors --images 1600 --evaluate --force > out.txt 2> err.txt &
  local pid=$! i
  for ((i = 0; i < 2400; i++)); do
    grep -q "$1" out.txt && break
    sleep 0.02
  done
  kill -TERM $pid
  wait $pid
  [[ $? == 130 ]]
}

# before anything is known: the model is there, and the run is over
stopped ()
{
  stop_at '^measuring' && grep -q 'not measured: .*stopped' err.txt && [[ ! -e halted.tsv ]] &&
    "$program" inspect halted.safetensors | grep -q 'guidance 1 '
}

# what is known by then is recommended by
stopped_later ()
{
  local chosen n
  stop_at '^  guidance .*FID' && grep -q '^  (stopped)$' out.txt && [[ ! -s err.txt ]] || return 1
  n=$(grep -c '^drawn' halted.tsv)
  chosen=$(sed -n 's/^recommended from now on: \(.*\), measured with 200 .*/\1/p' out.txt)
  ((n >= 1 && n < 9)) && told halted.tsv "$chosen" && recommends halted "$chosen"
}

bands bands train 900
bands bands t10k 300
check 'a guidance is recommended by its FID' measured
check 'the same by its recipe, for any number of threads' same
check 'evaluate measures the same' agrees
check 'a short run is not measured' not_measured
check 'nothing is overwritten' nothing_lost
check 'too few pictures' too_few
check 'classes that nobody can tell apart' not_told_apart
check 'a run that is stopped while it measures' stopped
check 'a run that is stopped when something is known' stopped_later
check 'a classifier draws nothing' status 2 'evaluate.*is for networks that draw' train x.safetensors --task classifier --evaluate
echo "1..$n_tests"
