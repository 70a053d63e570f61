#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-repaint.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOT.png]:
# the dialog of GIMP 2.10 for diffusion:fashion-repaint, on a picture with a hole
# and a selection around it: OK keeps what gegl draws there, and outside of the
# selection no pixel changes. TAP; skipped without GIMP or the model fashion.
set -u
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/screen2.sh"
need "$3" gimp-2.10
set_up "$@"
screenshot=${4:+$(realpath -m "$4")}
box=(60 70 160 170)

# A coat on white, without its middle.
make_picture ()
{
  gegl -- diffusion:fashion class=coat seed=3 width=280 height=280 gegl:invert-gamma \
    svg:dst-out 'aux=[' gegl:rectangle x=100 y=110 width=80 height=70 ']' \
    gegl:png-save path="$folder/picture.png" bitdepth=8 > "$folder/out.txt" 2>&1
  cp "$folder/picture.png" "$folder/hole.png"
}

# GIMP tells a filter of the selection's box alone, unless its dialog says
# otherwise.
make_expected ()
{
  gegl -- gegl:load path="$folder/hole.png" gegl:over 'aux=[' \
    gegl:load path="$folder/hole.png" \
    gegl:crop x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" \
    diffusion:fashion-repaint ']' \
    gegl:png-save path="$folder/expected.png" bitdepth=8 > "$folder/out.txt" 2>&1
}

is_drawn ()
{
  [[ $(n_runs) -gt 0 ]]
}

choose_repaint ()
{
  choose 2 && wait_for 60 is_drawn && sleep 3
}

keeps_it ()
{
  save_result && make_expected && same "$folder/picture.png" "$folder/expected.png"
}

start_screen
make_picture
start_gimp2 "$folder/picture.png" --batch \
  "(gimp-image-select-rectangle 1 CHANNEL-OP-REPLACE ${box[*]})"
ok 'GIMP opens the dialog of GEGL operations' open_dialog 20000
ok 'our operation draws' choose_repaint
ok 'once' drawn 1
if [[ -n $screenshot ]]; then
  shoot "$screenshot"
fi
ok 'OK keeps the pixels of gegl, and the others' keeps_it
ok 'without drawing them again' drawn 1
ok 'GIMP is well' is_well
echo "1..$n_tests"
