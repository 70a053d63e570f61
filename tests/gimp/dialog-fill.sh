#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-fill.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOT.png]: the
# dialog of GIMP 2.10 for diffusion:textures-repaint, on grass with a hole: grass
# fills it, and OK keeps what gegl draws there. Two screenshots, the other one of
# the hole. TAP; skipped without GIMP or the
# model. Run by hand: it works the menu of classes blindly, which a slow screen
# confuses.
set -u
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/screen2.sh"
model=textures
need "$3" gimp-2.10
set_up "$@"
screenshot=${4:+$(realpath -m "$4")}
size=(320 256)

# Grass without a part that somebody has erased softly.
make_picture ()
{
  gegl -- diffusion:textures class=grass seed=3 width="${size[0]}" height="${size[1]}" \
    svg:dst-out 'aux=[' gegl:color value=white gegl:crop x=130 y=90 width=80 height=70 \
    gegl:gaussian-blur std-dev-x=5 std-dev-y=5 ']' gegl:crop width="${size[0]}" height="${size[1]}" \
    gegl:png-save path="$folder/picture.png" bitdepth=8 > "$folder/out.txt" 2>&1
  cp "$folder/picture.png" "$folder/hole.png"
}

choose_repaint ()
{
  choose 2 && wait_for 120 is_drawn 1 && sleep 3
}

choose_grass ()
{
  choose_class 5 184 && wait_for 120 is_drawn 2 && sleep 10
}

keeps_it ()
{
  save_result &&
    gegl -- gegl:load path="$folder/hole.png" diffusion:textures-repaint class=grass \
      gegl:png-save path="$folder/expected.png" bitdepth=8 > "$folder/out.txt" 2>&1
  same "$folder/picture.png" "$folder/expected.png"
}

start_screen
make_picture
start_gimp2 "$folder/picture.png"
ok 'GIMP opens the dialog of GEGL operations' open_dialog 0
if [[ -n $screenshot ]]; then
  xdotool windowmove "$dialog" 740 60
  sleep 2
  shoot "${screenshot%.png}-before.png"
fi
ok 'our operation draws' choose_repaint
ok 'and again for another class' choose_grass
if [[ -n $screenshot ]]; then
  shoot "$screenshot"
fi
ok 'OK keeps the pixels of gegl' keeps_it
ok 'without drawing them again' drawn 2
ok 'GIMP is well' is_well
echo "1..$n_tests"
