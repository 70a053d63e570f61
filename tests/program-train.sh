#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-train.sh PROGRAM: the train command, on pictures made here. TAP.
set -u
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export GEGL_USE_OPENCL=no LC_ALL=C.UTF-8
n_tests=0

# check NAME COMMAND...: one line of TAP
check ()
{
  local name=$1
  shift
  n_tests=$((n_tests + 1))
  if "$@"; then echo "ok $n_tests $name"; else echo "not ok $n_tests $name"; fi
}

# big_endian NUMBER: four bytes
big_endian ()
{
  local hex
  hex=$(printf '%08x' "$1")
  printf '%b' "\\x${hex:0:2}\\x${hex:2:2}\\x${hex:4:2}\\x${hex:6:2}"
}

# idx_data FOLDER: 64 gray pictures of 8 x 8 in two classes
idx_data ()
{
  mkdir -p "$1"
  { big_endian 0x803; big_endian 64; big_endian 8; big_endian 8
    yes 'seven.dwarfs' | head -c 4096; } > "$1/train-images-idx3-ubyte"
  { big_endian 0x801; big_endian 64
    for ((i = 0; i < 32; i++)); do printf '\0\1'; done; } > "$1/train-labels-idx1-ubyte"
}

# train OUTPUT ARGUMENT...: a network of no use, quickly. In the background, with
# in_place set, the program takes the place of the shell, to be killed by $!.
train ()
{
  local output=$1
  shift
  ${in_place:+exec} "$program" train data -o "$output" --width 16 --multipliers 1,2 --blocks 1 \
    --embedding 32 --groups 4 --batch 8 --seed 5 --no-sheets "$@"
}

train_quietly ()
{
  train "$@" > /dev/null
}

# status EXPECTED PATTERN COMMAND...: exit status, and a sentence that says why
status ()
{
  local expected=$1 pattern=$2
  shift 2
  "$@" > out.txt 2> err.txt
  local found=$?
  [[ $found == "$expected" ]] && grep -q "$pattern" err.txt && return 0
  echo "# status $found, not $expected, or no “$pattern” in: $(cat err.txt)"
  return 1
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

idx_data data
check 'a run makes a model' train_quietly whole.safetensors --images 3200
check 'so does one thread' train_quietly one.safetensors --images 3200 --threads 1
check 'and it is the same file' cmp -s whole.safetensors one.safetensors
check 'a killed run can be resumed' killed_and_resumed
check 'and is the run that never stopped' cmp -s whole.safetensors killed.safetensors
check 'TERM writes a state and ends with 130' interrupted
check 'a full disk keeps the old file' full_disk_keeps_the_old_file
check 'inspect reads the model' "$program" inspect whole.safetensors

check 'missing data' status 1 'no-such' "$program" train no-such -o x.safetensors
mkdir empty
check 'empty data' status 1 'empty' "$program" train empty -o x.safetensors
mkdir -p single/only
check 'no pictures' status 1 'single' "$program" train single -o x.safetensors
check 'unwritable output' status 1 'nowhere/x.safetensors' train nowhere/x.safetensors --images 80
check 'no output given' status 2 'FILE' "$program" train data
check 'unknown option' status 2 'help' "$program" train data -o x.safetensors --widht 3
check 'unusable value' status 2 'prediction\|sideways' train x.safetensors --prediction sideways
check 'state of another run' status 1 'other data or options' \
  train whole.safetensors --images 3200 --resume --seed 6
head -c 1000 data/train-images-idx3-ubyte > cut && mkdir cutdata &&
  mv cut cutdata/train-images-idx3-ubyte && cp data/train-labels-idx1-ubyte cutdata
check 'data cut short' status 1 'train-images' "$program" train cutdata -o x.safetensors
echo "1..$n_tests"
