#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-train.sh PROGRAM: the train command, on pictures made here. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/program.sh"

# killed after its first checkpoint, then continued
killed_and_resumed ()
{
  in_place='exec' train killed.safetensors --images 2400 --checkpoint-every 160 \
    --json-log log.json > /dev/null 2>&1 &
  local pid=$!
  for ((i = 0; i < 600; i++)); do
    [[ -s log.json ]] && break
    sleep 0.05
  done
  kill -9 $pid
  wait $pid 2> /dev/null
  [[ $? == 137 ]] || return 1
  train killed.safetensors --images 2400 --resume > /dev/null
}

# begun: a run that would go on for ever, with all its files; sets pid
begun ()
{
  local i
  rm -f stopped*
  train stopped.safetensors --images 100000000 --checkpoint-every 100000000 --no-evaluate > out.txt 2>&1 &
  pid=$!
  for ((i = 0; i < 600; i++)); do
    [[ -e stopped.jsonl ]] && break
    sleep 0.05
  done
  sleep 0.3
}

# interrupted SIGNAL: a state is left, with which the run can go on
interrupted ()
{
  # whatever these tests are run under, as nohup
  in_place="exec env --default-signal=$1" begun
  cp stopped.safetensors.state first.state
  kill "-$1" $pid
  wait $pid
  [[ $? == 130 && ! -e stopped.safetensors ]] && ! cmp -s stopped.safetensors.state first.state &&
    train stopped.safetensors --images 80 --resume --no-evaluate > /dev/null && [[ -s stopped.safetensors ]]
}

# many pictures, which take longer to read than the program is given
stopped_while_it_reads ()
{
  ppm many/a/one.ppm x
  yes many/a/one.ppm | head -n 20000 | xargs cat |
    split -b "$(stat -c %s many/a/one.ppm)" -a 4 --additional-suffix=.ppm - many/a/
  in_place='env --default-signal=INT timeout --preserve-status -s INT -k 60 1' data=many \
    train reading.safetensors --no-cache --images 100000000 > /dev/null 2>&1
  [[ $? == 130 ]] && ! compgen -G 'reading.*' > /dev/null
}

# what the weights had seen is told, of all runs before, and by a run that went on
begins_with ()
{
  train next.safetensors --images 80 --init whole.safetensors > /dev/null &&
    train last.safetensors --images 80 --init next.safetensors > /dev/null &&
    train last.safetensors --images 160 --resume > /dev/null &&
    "$program" inspect whole.safetensors > out.txt && ! grep -q 'began with' out.txt &&
    "$program" inspect last.safetensors | grep -qx '  began with *weights that had seen 2480 pictures'
}

# changed pictures are learned from, are another run, and draw like others; weights of a run without begin one with
augmented ()
{
  train mild.safetensors --images 80 --augment 0.5 --init whole.safetensors > out.txt &&
    grep -q '^  augment  *0.5 (given)$' out.txt && grep -q '^augment=0.5$' mild.ini &&
    status 1 'augment=0.5' train mild.safetensors --images 160 --augment 0.25 --resume &&
    train mild.safetensors --images 160 --resume > /dev/null &&
    "$program" sample mild.safetensors --steps 2 -o mild.png && [[ -s mild.png ]]
}

# other colours are another run
recoloured ()
{
  train colours.safetensors --images 80 --colour-jitter 0.25 > out.txt && grep -q '^colour-jitter=0.25$' colours.ini &&
    status 1 'colour_jitter=0.25' train colours.safetensors --images 160 --colour-jitter 0.5 --resume &&
    train colours.safetensors --images 160 --resume > /dev/null &&
    ! cmp -s colours.safetensors whole.safetensors
}

# what is done is not done again, with less than was chosen from
done_already ()
{
  cp whole.safetensors before.safetensors
  train whole.safetensors --images 2400 --resume > out.txt && grep -q 'done already' out.txt &&
    cmp -s whole.safetensors before.safetensors
}

# what could not be written at the end is refused before the beginning
refused_at_once ()
{
  local file
  for file in bad*; do [[ ! -e $file ]] || return 1; done
  status 1 'two classes' train bad.safetensors --images 100000000 --classes same,same || return 1
  for file in bad*; do [[ ! -e $file ]] || return 1; done
}

# who starts it again while it goes on does it no harm
two_at_once ()
{
  in_place='exec' begun
  cp stopped.safetensors.state first.state
  status 1 'still at work' train stopped.safetensors --images 80 --resume &&
    status 1 'still at work' train stopped.safetensors --images 80 --force &&
    cmp -s stopped.safetensors.state first.state && [[ ! -e stopped.safetensors.state.1 ]]
  local fine=$?
  kill -TERM $pid
  wait $pid
  [[ $? == 130 && $fine == 0 ]] && quietly train stopped.safetensors --images 80 --resume --no-evaluate
}

# nohup makes a run deaf to a closed terminal
deaf_to_hangup ()
{
  trap '' HUP
  in_place='exec' begun
  trap - HUP
  kill -HUP $pid
  sleep 0.5
  [[ $(ps -o stat= -p $pid) != Z* ]] && kill -TERM $pid && wait $pid
  [[ $? == 130 ]]
}

# a reader that goes away, as a pager in a closed terminal
broken_pipe ()
{
  rm -f stopped*
  train stopped.safetensors --images 100000000 | head -1 > /dev/null
  [[ ${PIPESTATUS[0]} == 130 && -s stopped.safetensors.state ]]
}

full_disk_keeps_the_old_file ()
{
  cp whole.safetensors full.safetensors
  (ulimit -f 16; trap '' XFSZ; train full.safetensors --force --images 80 > /dev/null 2> err.txt)
  [[ $? == 1 ]] && grep -q 'full.safetensors' err.txt &&
    cmp -s whole.safetensors full.safetensors
}

# neither the weights of another run nor its state nor its best weights are lost
nothing_is_overwritten ()
{
  local name
  mkdir former
  for name in a.safetensors a.safetensors.state a-best.safetensors a.ini a.jsonl a.svg a.html; do
    rm -f former/*
    cp whole.safetensors former/$name
    status 1 "former/$name: .*--resume.*--force" train former/a.safetensors --images 80 || return 1
    cmp -s whole.safetensors former/$name && [[ $(ls former) == "$name" ]] || return 1
  done
  rm -f former/*
  echo mine > log.txt
  cp log.txt former/a.safetensors.png
  status 1 'former/a.safetensors.png: .*--force' "$program" train data -o former/a.safetensors --images 80 || return 1
  rm former/*
  status 1 "log.txt: .*--resume.*--force" train former/a.safetensors --images 80 --json-log log.txt &&
    [[ $(cat log.txt) == mine ]] &&
    train former/a.safetensors --images 80 --force --json-log log.txt > /dev/null && [[ -s former/a.safetensors ]]
}

# the lowest loss on pictures held out, which learning by heart raises again
best_weights ()
{
  idx_data tested
  local kind
  for kind in images-idx3 labels-idx1; do
    cp tested/train-$kind-ubyte tested/t10k-$kind-ubyte
  done
  data=tested train tested.safetensors --images 1600 --checkpoint-every 400 --json-log tested.json > out.txt &&
    "$program" inspect tested-best.safetensors > /dev/null && [[ $(grep -c '"held_out": [0-9]' tested.json) -ge 4 ]] &&
    grep -q '"held_out": [0-9.e-]*, "skipped": 0' tested.json
}

# the best of several lengths, unless that is not wanted; nothing of them is left
averages ()
{
  local data=tested
  train mixed.safetensors --images 1600 > out.txt && grep -q 'average: of [2-9] lengths tried' out.txt &&
    [[ ! -e mixed-averages ]] && ! "$program" inspect mixed.safetensors | grep -q 'average 0.08' &&
    train own.safetensors --images 1600 --no-averages > out.txt && ! grep -q 'average: of' out.txt &&
    "$program" inspect own.safetensors | grep -q 'average 0.08'
}

# those that were kept before a run was killed serve it at its end
averages_of_two_sittings ()
{
  local data=tested
  rm -f killed* log.json
  killed_and_resumed && train unbroken.safetensors --images 2400 > /dev/null &&
    cmp -s unbroken.safetensors killed.safetensors
}

# what cannot be kept is done without
no_room_for_averages ()
{
  : > lone-averages
  data=tested train lone.safetensors --force --images 2400 > out.txt 2> err.txt && [[ -s lone.safetensors ]] &&
    grep -q 'lone-averages: cannot be made' err.txt
}

# a full disk while a run goes on: all that it has written before is whole
full_disk_keeps_states ()
{
  train held.safetensors --images 800 --checkpoint-every 400 > /dev/null || return 1
  md5sum held*.safetensors* > before.txt
  (ulimit -f 16; trap '' XFSZ; train held.safetensors --images 1600 --resume > /dev/null 2> err.txt)
  [[ $? == 1 ]] && grep -q 'held.safetensors' err.txt && md5sum held*.safetensors* | cmp -s before.txt
}

# the last states, and going on from one before the last
states_are_kept ()
{
  local state=several.safetensors.state
  train several.safetensors --images 2400 --checkpoint-every 480 --keep 3 > /dev/null || return 1
  [[ -s $state && -s $state.1 && -s $state.2 && ! -e $state.3 && ! -e $state.next ]] || return 1
  cmp -s whole.safetensors several.safetensors || return 1
  head -c 5000 $state > part && mv part $state
  train several.safetensors --images 2400 --resume --keep 3 > out.txt || return 1
  grep -q "$state: .*; continuing from $state.1" out.txt && cmp -s whole.safetensors several.safetensors
}

only_one_state ()
{
  train single.safetensors --images 160 --checkpoint-every 80 --keep 1 > /dev/null &&
    [[ -s single.safetensors.state && ! -e single.safetensors.state.1 ]]
}

# pictures that change between two sittings
changed_data ()
{
  mkdir changed && cp data/* changed/
  local data=changed
  train changed.safetensors --images 80 > /dev/null || return 1
  printf '!' | dd of=changed/train-images-idx3-ubyte bs=1 seek=500 conv=notrunc status=none
  status 1 'pictures are no longer those' train changed.safetensors --images 160 --resume
}

# options that no network survives: a sentence, and weights that can be read
gone_astray ()
{
  status 1 'gone astray' train astray.safetensors --images 16000 --rate 1 --decay 1000 --clip 0 &&
    grep -q 'weights of the last good step' out.txt && "$program" inspect astray.safetensors > /dev/null
}

# "603.2", before a blank that does not break
megabytes ()
{
  sed -n 's/.*about \([0-9.]*\)[^0-9]*MB of memory.*/\1/p' out.txt
}

# less memory: the batch in parts, as the plan says; a large batch, beside which the
# program itself is small, whatever its libraries take
in_parts ()
{
  local whole some limit
  train parts.safetensors --images 512 --batch 512 --memory 1T > out.txt || return 1
  whole=$(megabytes) limit=$((${whole%.*} * 4 / 5))
  train parts2.safetensors --images 512 --batch 512 --memory ${limit}M > out.txt || return 1
  some=$(megabytes)
  echo "# $whole MB, $some MB"
  grep -q "learned in 2 parts of 256, to stay within $limit\.0.*MB" out.txt &&
    [[ ${some%.*} -lt $limit ]]
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
  grep -q '8 pictures of 2 classes' out.txt && grep -q 'no picture in it: “nothing”' out.txt && grep -q '3 files left out' out.txt &&
    grep -q 'notes.txt: ' out.txt && grep -q 'empty.png: ' out.txt && grep -q 'cut.jpg: ' out.txt &&
    [[ ! -s err.txt && -s photos.safetensors.png ]] &&
    "$program" inspect photos.safetensors | grep -q 'dark shapes'
}

one_class ()
{
  mkdir one && cp -r photos/light one/
  status 1 'one class' "$program" train one -o x.safetensors --images 80
}

idx_data data
check 'a run makes a model' quietly train whole.safetensors --images 2400
check 'so does one thread' quietly train one.safetensors --images 2400 --threads 1
check 'and it is the same file' cmp -s whole.safetensors one.safetensors
check 'a run that is done stays so' done_already
check 'unusable names are seen before the run' refused_at_once
check 'a killed run can be resumed' killed_and_resumed
check 'and is the run that never stopped' cmp -s whole.safetensors killed.safetensors
for signal in TERM INT HUP; do
  check "$signal writes a state and ends with 130" interrupted $signal
done
check 'but not HUP under nohup' deaf_to_hangup
check 'a run is stopped while it reads' stopped_while_it_reads
check 'a run that goes on is not disturbed' two_at_once
check 'a broken pipe does as well' broken_pipe
check 'nothing is overwritten unasked' nothing_is_overwritten
check 'states before the last are kept, and used' states_are_kept
check 'or not' only_one_state
check 'the best weights are kept' best_weights
check 'averages of several lengths are tried' averages
check 'also when a run was killed' averages_of_two_sittings
check 'and done without where there is no room' no_room_for_averages
check 'pictures that have changed' changed_data
check 'a run gone astray' gone_astray
check 'a batch in parts' in_parts
check 'too little memory' status 1 'one picture at a time' train x.safetensors --images 80 --memory 1M
check 'no such amount of memory' status 2 'memory' train x.safetensors --images 80 --memory much
check 'a full disk keeps the old file' full_disk_keeps_the_old_file
check 'and all states' full_disk_keeps_states
check 'inspect reads the model' quietly "$program" inspect whole.safetensors

check 'class folders, good and bad pictures' class_folders
check 'one class' one_class
check 'a run begins with the weights of another' begins_with
check 'mild changes of pictures' augmented
for option in images checkpoint-every decay clip; do
  check "a negative $option" status 2 "$option: -1.*at least 0" train x.safetensors --$option -1
done
check 'other colours' recoloured
check 'no such colours' status 2 'colour-jitter: 2.*give 0 to 1' train x.safetensors --images 80 --colour-jitter 2
check 'no such chance of them' status 2 'augment: 1.5.*give 0 to 1' train x.safetensors --images 80 --augment 1.5
check 'no rate' status 2 'rate: 0.*more than 0, up to 1' train x.safetensors --images 80 --rate 0
check 'weights that are missing' status 1 'gone.safetensors' train x.safetensors --images 80 \
  --init gone.safetensors
check 'weights of another shape' status 1 'photos.safetensors' train x.safetensors --images 80 \
  --width 32 --init photos.safetensors

check 'missing data' status 1 'no-such' "$program" train no-such -o x.safetensors
mkdir empty
check 'empty data' status 1 'empty' "$program" train empty -o x.safetensors --images 80
mkdir -p single/only
check 'no pictures' status 1 'single' "$program" train single -o x.safetensors --images 80
check 'unwritable output' status 1 'nowhere/x.safetensors' train nowhere/x.safetensors --images 80
check 'a folder as output' status 1 'is a folder' train data --images 80
check 'unwritable log' status 1 'nowhere/log' train x.safetensors --images 80 --json-log nowhere/log
check 'no output given' status 2 'FILE' "$program" train data
check 'unknown option' status 2 'help' "$program" train data -o x.safetensors --widht 3
check 'unusable value' status 2 'prediction\|sideways' train x.safetensors --prediction sideways
check 'state of another run' status 1 'other data or options' \
  train whole.safetensors --images 2400 --resume --seed 6
check 'state of another network' status 1 'dropout' \
  train whole.safetensors --images 2400 --resume --dropout 0.1
head -c 1000 data/train-images-idx3-ubyte > part && mkdir cutdata &&
  mv part cutdata/train-images-idx3-ubyte && cp data/train-labels-idx1-ubyte cutdata
check 'data cut short' status 1 'train-images' "$program" train cutdata -o x.safetensors --images 80
echo "1..$n_tests"
