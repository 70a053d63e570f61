#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-train.sh PROGRAM: the train command, on pictures made here. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/program.sh"
# train OUTPUT ARGUMENT...: a network of no use, quickly. In the background, with
# in_place set, the program takes the place of the shell, to be killed by $!.
train ()
{
  local output=$1
  shift
  ${in_place:+exec} "$program" train data -o "$output" --width 16 --multipliers 1,2 --blocks 1 \
    --embedding 32 --groups 4 --batch 8 --seed 5 --no-sheets "$@"
}

quietly ()
{
  "$@" > /dev/null
}

# killed after its first checkpoint, then continued
killed_and_resumed ()
{
  in_place=yes train killed.safetensors --images 3200 --checkpoint-every 160 \
    --json-log log.json > /dev/null 2>&1 &
  local pid=$!
  for ((i = 0; i < 600; i++)); do
    [[ -s log.json ]] && break
    sleep 0.05
  done
  kill -9 $pid
  wait $pid 2> /dev/null
  [[ $? == 137 ]] || return 1
  train killed.safetensors --images 3200 --resume > /dev/null
}

interrupted ()
{
  in_place=yes train stopped.safetensors --images 100000000 > out.txt 2>&1 &
  local pid=$!
  for ((i = 0; i < 600; i++)); do
    [[ -s stopped.safetensors.state ]] && break
    sleep 0.05
  done
  sleep 0.3
  kill -TERM $pid
  wait $pid
  [[ $? == 130 && -s stopped.safetensors.state && ! -e stopped.safetensors ]]
}

full_disk_keeps_the_old_file ()
{
  cp whole.safetensors full.safetensors
  (ulimit -f 16; trap '' XFSZ; train full.safetensors --images 80 > /dev/null 2> err.txt)
  [[ $? == 1 ]] && grep -q 'full.safetensors' err.txt &&
    cmp -s whole.safetensors full.safetensors
}

# ppm FILE CHARACTER: 16 x 16 of one colour
ppm ()
{
  mkdir -p "$(dirname "$1")"
  { printf 'P6\n16 16\n255\n'; yes "$2" | tr -d '\n' | head -c 768; } > "$1"
}

# good pictures among bad ones: the first are counted, the others named
class_folders ()
{
  local i
  for i in 1 2 3 4; do
    ppm "photos/dark shapes/$i.ppm" '#'
    ppm "photos/light/$i.ppm" 'z'
  done
  echo 'no picture' > photos/light/notes.txt
  : > photos/light/empty.png
  mkdir photos/nothing
  printf '\377\330\377\340' > photos/light/cut.jpg
  "$program" train photos -o photos.safetensors --width 16 --multipliers 1,2 --blocks 1 \
    --embedding 32 --groups 4 --batch 8 --images 16 > out.txt 2> err.txt || return 1
  grep -q '8 pictures of 2 classes' out.txt && grep -q 'nothing: ' out.txt && grep -q '4 files left out' out.txt &&
    grep -q 'notes.txt: ' out.txt && grep -q 'empty.png: ' out.txt && grep -q 'cut.jpg: ' out.txt &&
    [[ ! -s err.txt && -s photos.safetensors.png ]] &&
    "$program" inspect photos.safetensors | grep -q 'dark shapes'
}

one_class ()
{
  mkdir one && cp -r photos/light one/
  status 1 'one class' "$program" train one -o x.safetensors
}

idx_data data
check 'a run makes a model' quietly train whole.safetensors --images 3200
check 'so does one thread' quietly train one.safetensors --images 3200 --threads 1
check 'and it is the same file' cmp -s whole.safetensors one.safetensors
check 'a killed run can be resumed' killed_and_resumed
check 'and is the run that never stopped' cmp -s whole.safetensors killed.safetensors
check 'TERM writes a state and ends with 130' interrupted
check 'a full disk keeps the old file' full_disk_keeps_the_old_file
check 'inspect reads the model' quietly "$program" inspect whole.safetensors

check 'class folders, good and bad pictures' class_folders
check 'one class' one_class
check 'a run begins with the weights of another' quietly train next.safetensors --images 80 \
  --init whole.safetensors
check 'weights that are missing' status 1 'gone.safetensors' train x.safetensors --images 80 \
  --init gone.safetensors
check 'weights of another shape' status 1 'photos.safetensors' train x.safetensors --images 80 \
  --width 32 --init photos.safetensors

check 'missing data' status 1 'no-such' "$program" train no-such -o x.safetensors
mkdir empty
check 'empty data' status 1 'empty' "$program" train empty -o x.safetensors
mkdir -p single/only
check 'no pictures' status 1 'single' "$program" train single -o x.safetensors
check 'unwritable output' status 1 'nowhere/x.safetensors' train nowhere/x.safetensors --images 80
check 'a folder as output' status 1 'is a folder' train data --images 80
check 'unwritable log' status 1 'nowhere/log' train x.safetensors --images 80 --json-log nowhere/log
check 'no output given' status 2 'FILE' "$program" train data
check 'unknown option' status 2 'help' "$program" train data -o x.safetensors --widht 3
check 'unusable value' status 2 'prediction\|sideways' train x.safetensors --prediction sideways
check 'state of another run' status 1 'other data or options' \
  train whole.safetensors --images 3200 --resume --seed 6
check 'state of another network' status 1 'dropout' \
  train whole.safetensors --images 3200 --resume --dropout 0.1
head -c 1000 data/train-images-idx3-ubyte > cut && mkdir cutdata &&
  mv cut cutdata/train-images-idx3-ubyte && cp data/train-labels-idx1-ubyte cutdata
check 'data cut short' status 1 'train-images' "$program" train cutdata -o x.safetensors
echo "1..$n_tests"
