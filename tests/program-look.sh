#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-look.sh PROGRAM: what people see of a training run: what is said of the
# pictures, and the files beside the model. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/program.sh"

# every PATTERN... is in a file
holds ()
{
  local file=$1 pattern
  shift
  for pattern in "$@"; do
    grep -q -- "$pattern" "$file" || { echo "# no $pattern in $file: $(cat "$file")"; return 1; }
  done
}

# --- the pictures

# all that can be wrong with a folder of pictures, in sentences
report ()
{
  local i
  for i in 1 2 3 4 5 6 7 8 9 a b c; do ppm "odd/Big Cat/$i.ppm" "$i"; done
  for i in d e f g; do ppm "odd/big_cat/$i.ppm" "$i"; done
  ppm odd/other/same.ppm 3
  cp odd/big_cat/d.ppm odd/big_cat/again.ppm
  printf 'P6\n8 9\n255\n' > odd/other/small.ppm
  yes q | tr -d '\n' | head -c 216 >> odd/other/small.ppm
  echo text > odd/other/notes.txt
  mkdir -p odd/void odd/other/deeper
  data=odd train odd.safetensors --size 16 --images 16 > out.txt || return 1
  holds out.txt 'odd: 19 pictures of 3 classes, 0 held out, 16 x 16, gray' '  Big Cat  *12$' \
    '8 to 16 pixels wide, 9 to 16 high' '19 ppm' '2 files left out' 'notes.txt: ' 'deeper: a folder within' \
    'no picture in it: “void”' 'fewer than 10 pictures, .*: “big_cat”, “other”' 'nearly the same name, .*“Big Cat”, “big_cat”' \
    '1 picture is in several classes' '  Big Cat/3.ppm = other/same.ppm' '1 picture is there more than once' \
    '  big_cat/again.ppm = big_cat/d.ppm' '1 picture is smaller than 16 x 16' '  other/small.ppm: 8 x 9'
}

# long lists end
capped ()
{
  local i shades=abcdefghijkl
  ppm capped/b/z.ppm z
  for ((i = 0; i < 24; i++)); do
    ppm "capped/a/$i.ppm" "${shades:i % 12:1}"
    echo text > "capped/b/$i.txt"
  done
  data=capped train capped.safetensors --images 16 > out.txt || return 1
  holds out.txt '24 files left out' 'and 14 more' '12 pictures are there more than once' 'and 2 more' &&
    [[ $(grep -c 'txt: ' out.txt) == 10 && $(grep -c ' = ' out.txt) == 10 ]]
}

# a name that would move the cursor does not
no_cursor ()
{
  local name=$'cursor/a/x\033[2J.ppm'
  ppm "$name" x
  cp "$name" cursor/a/y.ppm
  ppm cursor/b/z.ppm z
  data=cursor train cursor.safetensors --images 16 > out.txt || return 1
  holds out.txt 'more than once' && ! grep -q $'\033' out.txt
}

# --- the files beside

beside ()
{
  train looked.safetensors --images 1600 --checkpoint-every 400 > /dev/null || return 1
  [[ $(grep -c '"held_out"' looked.jsonl) -ge 4 && -s looked.ini ]] && holds looked.svg '<svg' '</svg>' &&
    holds looked.html 'looked.svg?1600' 'done' '100 %: 1600 pictures' 'data: 64 pictures of 2 classes' \
      'train data -o looked.safetensors' '^width=16' 'predicts' &&
    ! grep -q 'http-equiv="refresh"' looked.html
}

# while it goes on the page is read anew by itself; when it is stopped no more
refreshed ()
{
  in_place='exec' train going.safetensors --images 100000000 --checkpoint-every 400 > /dev/null 2>&1 &
  local pid=$! i
  for ((i = 0; i < 600; i++)); do
    grep -q 'svg' going.html 2> /dev/null && break
    sleep 0.05
  done
  cp going.html running.html
  kill -TERM $pid
  wait $pid
  holds running.html 'http-equiv="refresh"' && holds going.html 'stopped' && ! grep -q 'http-equiv="refresh"' going.html
}

failed_page ()
{
  status 1 'gone astray' train wrong.safetensors --images 32000 --rate 1 --decay 1000 --clip 0 &&
    holds wrong.html 'ended by a fault' 'gone astray' && ! grep -q 'http-equiv="refresh"' wrong.html
}

# nothing of a name is taken for the page's own text
odd_names ()
{
  local name=$'a & <b>"c\' #1?%41\nü' page
  mkdir names && page="names/$name.html"
  train "names/$name.safetensors" --images 80 --checkpoint-every 40 --title '<script>x</script>' > /dev/null || return 1
  [[ -s $page && -s names/$name.svg && -s names/$name.jsonl && -s names/$name.ini ]] &&
    holds "$page" 'img src="a%20%26%20%3Cb%3E%22c%27%20%231%3F%2541%0A%C3%BC.svg?80"' '&lt;script&gt;' 'a &amp; &lt;b&gt;' &&
    ! grep -q '<script\|<b>' "$page"
}

no_page ()
{
  train plain.safetensors --images 80 --no-page > /dev/null && [[ ! -e plain.html && ! -e plain.svg && -s plain.jsonl ]]
}

# a run goes on without its page
page_in_the_way ()
{
  train way.safetensors --images 80 > /dev/null || return 1
  rm way.html way.safetensors* && mkdir way.html
  train way.safetensors --images 80 --force > /dev/null 2> err.txt && holds err.txt 'no page: way.html' &&
    [[ -s way.safetensors ]]
}

# points of pictures that a killed run will see again are not drawn twice, and the
# mean of the losses goes on from those that are seen, not from 0
continued_log ()
{
  train more.safetensors --images 800 --checkpoint-every 400 > /dev/null || return 1
  echo '{"images": 1200, "seconds": 99.0, "loss": 77, "held_out": null}' >> more.jsonl
  printf '{"images": 12' >> more.jsonl
  train more.safetensors --images 1600 --checkpoint-every 400 --resume > /dev/null || return 1
  holds more.jsonl '"images": 1600' && holds more.html '100 %: 1600 pictures' &&
    awk -F '[:,]' '{ loss[$2 + 0] = $6 } END { exit !(loss[1200] > 0.75 * loss[800]) }' more.jsonl
}

# a recipe of the same name as the output stays as it is; the run's has another
own_recipe ()
{
  printf '[train]\nwidth=16\nmultipliers=1,2\nblocks=1\n' > mine.ini
  cp mine.ini before.ini
  "$program" train data -o mine.safetensors --recipe mine.ini --images 16 --batch 8 --no-sheets > /dev/null || return 1
  cmp mine.ini before.ini && holds mine.safetensors.ini '^width=16$' '^batch=8$' '^images=16$' &&
    status 1 'mine.safetensors: .*--force' "$program" train data -o mine.safetensors --recipe mine.ini --images 16 || return 1
  rm mine.safetensors*
  status 1 'mine.ini: .*--force' "$program" train data -o mine.safetensors --images 16
}

# what a recipe says is what the recipe of the run says, and of a run with that
same_recipe ()
{
  train first.safetensors --images 16 --mirror --rate 0.00123456789 --title 'A; b=c' --noise 0,0.75 > /dev/null || return 1
  "$program" train data -o second.safetensors --recipe first.ini --no-sheets > /dev/null || return 1
  cmp <(tail -n +2 first.ini) <(tail -n +2 second.ini) && cmp first.safetensors second.safetensors &&
    holds first.ini '^rate=0.00123456789$' '^mirror=true$'
}

# a classifier draws nothing, but has all the rest, and a recipe that can be given
classifier_page ()
{
  idx_data told
  local kind
  for kind in images-idx3 labels-idx1; do
    cp told/train-$kind-ubyte told/t10k-$kind-ubyte
  done
  "$program" train told -o told.safetensors --task classifier --width 16 --images 640 > out.txt || return 1
  holds told.html 'told.svg' 'of 64 pictures held out are told right' 'task=classifier' && ! grep -q 'png' told.html ||
    return 1
  "$program" train told -o again.safetensors --recipe told.ini > /dev/null && cmp told.safetensors again.safetensors
}

# what has failed to start is no run that is in the way of the next
failed_start ()
{
  mkdir start
  status 1 'start/none/log' train start/x.safetensors --images 16 --json-log start/none/log || return 1
  [[ -z $(ls start) ]] || { ls start; return 1; }
  (ulimit -f 16; trap '' XFSZ; status 1 'start/x.safetensors.state' train start/x.safetensors --images 16) || return 1
  [[ -z $(ls start) ]] || { ls start; return 1; }
  train start/x.safetensors --images 16 > /dev/null
}

idx_data data
check 'what is wrong with the pictures' report
check 'long lists end' capped
check 'names do not move the cursor' no_cursor
check 'a log, a plot and a page' beside
check 'the page is read anew until the end' refreshed
check 'and says what went wrong' failed_page
check 'names of odd characters' odd_names
check 'no page' no_page
check 'a page that cannot be written' page_in_the_way
check 'the log of a run that goes on' continued_log
check 'a recipe is not overwritten' own_recipe
check 'a recipe makes the same model again' same_recipe
check 'a classifier has a page and a recipe' classifier_page
check 'a start that fails' failed_start
echo "1..$n_tests"
