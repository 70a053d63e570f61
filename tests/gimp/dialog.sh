#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOT.png]: opens GIMP
# 2.10 on a screen of its own, Tools > GEGL Operation, and chooses our first
# operation there: the preview must appear in the picture. Its model is taken
# away and comes back, and OK keeps what gegl draws. The screenshot shows the
# menu of classes open. TAP; skipped without GIMP or the model fashion.
set -u
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/screen2.sh"
need "$3" gimp-2.10
set_up "$@"
screenshot=${4:+$(realpath -m "$4")}

choose_ours ()
{
  choose 0 && wait_for 60 is_painted
}

# set_seed NUMBER: into its field
set_seed ()
{
  xdotool windowfocus "$dialog" mousemove --window "$dialog" 160 212 click 1
  sleep 1
  xdotool key ctrl+a type "$1"
  xdotool key Tab
}

# One sentence, and the picture as it was: the operation lets it be seen.
model_gone ()
{
  mv "$folder/models/fashion.safetensors" "$folder/elsewhere"
  set_seed 5
  wait_for 60 is_white && [[ $(grep -c '^diffusion:fashion: .*fashion.safetensors' \
    "$folder/gimp.log") == 1 ]]
}

# The dialog says it, too: it has grown by that sentence.
has_grown ()
{
  [[ $(dialog_height) -gt $(($1 + 20)) ]]
}

dialog_says_it ()
{
  wait_for 60 has_grown "$1"
}

# GIMP may ask once more for the seed that there was, which nobody has seen yet.
model_back ()
{
  mv "$folder/elsewhere" "$folder/models/fashion.safetensors"
  set_seed 0
  wait_for 60 is_painted
}

# What is kept is what gegl draws with the same values.
keeps_it ()
{
  save_result &&
    gegl -- gegl:color value=white gegl:crop width=280 height=280 \
      gegl:over 'aux=[' diffusion:fashion width=280 height=280 ']' \
      gegl:png-save path="$folder/expected.png" bitdepth=8 > "$folder/out.txt" 2>&1
  same "$folder/picture.png" "$folder/expected.png"
}

start_screen
convert -size 280x280 xc:white "$folder/picture.png"
start_gimp2 "$folder/picture.png"
ok 'GIMP opens the dialog of GEGL operations' open_dialog
ok 'our operation draws into the preview' choose_ours
ok 'once, however GIMP asks for it' drawn 1
if [[ -n $screenshot ]]; then
  xdotool mousemove --window "$dialog" 180 158 click 1
  sleep 2
  shoot "$screenshot"
  xdotool key Escape
  sleep 2
fi
height=$(dialog_height)
ok 'without its model it says so once' model_gone
ok 'in the dialog as well' dialog_says_it "$height"
if [[ -n $screenshot ]]; then
  shoot "${screenshot%.png}-gone.png"
fi
ok 'and draws again when it is back' model_back
ok 'once' drawn 2 0
ok 'OK keeps the pixels of gegl' keeps_it
ok 'without drawing them again' drawn 2 0
ok 'GIMP is well' is_well
echo "1..$n_tests"
