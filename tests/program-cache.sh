#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-cache.sh PROGRAM: pictures that a run has decoded and later ones need
# not. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/program.sh"
cache=$XDG_CACHE_HOME/gegl-diffusion
data=photos

# run NAME ARGUMENT...: what it says goes to NAME.txt
run ()
{
  local name=$1
  shift
  train "$name.safetensors" --images 32 --no-page "$@" > "$name.txt" 2> "$name.err"
}

# known NAME NUMBER: so many pictures were decoded before that run
known ()
{
  local found
  found=$(sed -n 's/^\([0-9]*\) pictures\{0,1\} w[a-z]* decoded by an earlier run$/\1/p' "$1.txt")
  [[ ${found:-0} == "$2" ]] || { echo "# ${found:-0} pictures known, not $2"; return 1; }
}

kept ()
{
  find "$cache" -name '*.safetensors' | wc -l
}

# the second run decodes nothing, and is the same run
used_again ()
{
  run first && known first 0 && [[ $(kept) == 1 && -z $(find "$cache" -name '.*') ]] &&
    [[ $(stat -c %a "$cache") == 700 ]] && run second && known second 8 && cmp -s first.safetensors second.safetensors
}

# only a picture that has changed is decoded again
changed ()
{
  ppm photos/b/2.ppm 'R'
  run changed && known changed 7 && ! cmp -s first.safetensors changed.safetensors && run after && known after 8 &&
    run fresh --no-cache && known fresh 0 && cmp -s changed.safetensors fresh.safetensors
}

# of the same size and at the same second
changed_at_once ()
{
  touch -d '2020-01-01 00:00:00.5' photos/b/2.ppm
  run once && ppm photos/b/2.ppm 'S' && touch -d '2020-01-01 00:00:00.6' photos/b/2.ppm && run twice && known twice 7
}

added_and_removed ()
{
  ppm photos/a/9.ppm '%'
  run more && known more 8 && rm photos/a/9.ppm && run less && known less 8 && run settled && known settled 8 &&
    cmp -s less.safetensors settled.safetensors && [[ $(kept) == 1 ]]
}

# what cannot be read is tried each time
unreadable ()
{
  echo text > photos/a/notes.ppm
  run bad && known bad 8 && grep -q '1 file left out' bad.txt && run again && grep -q '1 file left out' again.txt &&
    known again 8 || return 1
  ppm photos/a/notes.ppm 'T' && run good && known good 8 && grep -q '9 pictures of 2 classes' good.txt && rm photos/a/notes.ppm
}

# pictures that are read in another way are kept by themselves
other_ways ()
{
  rm -r "$cache"
  run one && run random --crop random && known random 0 && run black --background black && known black 0 &&
    [[ $(kept) == 3 ]] && run small --size 8 && known small 8
}

# damage is found, and mended
damaged ()
{
  local file
  rm -r "$cache"
  run whole && file=$(find "$cache" -name '*.safetensors') && printf '\1' |
    dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 200)) conv=notrunc status=none &&
    run broken && known broken 0 && cmp -s whole.safetensors broken.safetensors && run mended && known mended 8 &&
    : > "$file" && run empty && known empty 0 && cmp -s whole.safetensors empty.safetensors
}

# without a place for them a run goes on, and says so
no_place ()
{
  : > file
  run placeless --cache file && grep -q 'not kept for later runs' placeless.txt && cmp -s whole.safetensors placeless.safetensors &&
    run unkept --no-cache && ! grep -q 'not kept' unkept.txt
}

# a full disk; the model of this run is large, too, so that only the first of its words are looked at
full_disk ()
{
  local i
  for i in a b; do
    mkdir -p "big/$i"
    for k in 1 2 3 4; do { printf 'P6\n128 128\n255\n'; yes "$i$k" | tr -d '\n' | head -c 49152; } > "big/$i/$k.ppm"; done
  done
  (ulimit -f 100; trap '' XFSZ; data=big run full --cache full --size 8)
  grep -q 'not kept for later runs' full.txt && [[ -z $(ls -A full) ]]
}

# two runs that decode at once, unless one begins when the other has decoded
at_once ()
{
  rm -r "$cache"
  run left &
  run right && wait $! && { known left 0 || known right 0; } && cmp -s left.safetensors right.safetensors &&
    run third && known third 8 && cmp -s third.safetensors left.safetensors && [[ $(kept) == 1 ]]
}

# a copy elsewhere is another set
moved ()
{
  cp -rp photos copies
  data=copies run moved && known moved 0 && [[ $(kept) == 2 ]]
}

for k in 1 2 3 4; do
  ppm "photos/a/$k.ppm" "$k"
  ppm "photos/b/$k.ppm" "${k/#/}x"
done
check 'what is decoded once is kept' used_again
check 'a picture that has changed' changed
check 'and has its length still' changed_at_once
check 'pictures that come and go' added_and_removed
check 'files that are no pictures' unreadable
check 'other ways of reading' other_ways
check 'a damaged cache' damaged
check 'no place for it' no_place
check 'a full disk' full_disk
check 'two runs at once' at_once
check 'another folder' moved
echo "1..$n_tests"
