#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-textures.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOT.png]: the
# dialog of GIMP 2.10 for diffusion:textures, on a canvas several times as large
# as what the model was trained on. TAP; skipped without GIMP or the model. Run by
# hand: it works the menu of classes blindly, which a slow screen confuses.
set -u
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/screen2.sh"
model=textures
need "$3" gimp-2.10
set_up "$@"
screenshot=${4:+$(realpath -m "$4")}
size=(512 384)

choose_ours ()
{
  choose 0 && wait_for 120 is_drawn 1 && wait_for 120 is_painted && sleep 3
}

choose_grass ()
{
  choose_class 5 184 && wait_for 120 is_drawn 2 && sleep 10
}

# What is kept is what gegl draws with the same values, from edge to edge.
keeps_it ()
{
  save_result &&
    gegl -- gegl:color value=white gegl:crop width="${size[0]}" height="${size[1]}" \
      gegl:over 'aux=[' diffusion:textures class=grass width="${size[0]}" height="${size[1]}" ']' \
      gegl:png-save path="$folder/expected.png" bitdepth=8 > "$folder/out.txt" 2>&1
  same "$folder/picture.png" "$folder/expected.png"
}

start_screen
convert -size "${size[0]}x${size[1]}" xc:white "PNG24:$folder/picture.png"
start_gimp2 "$folder/picture.png"
ok 'GIMP opens the dialog of GEGL operations' open_dialog
ok 'our operation draws into the preview' choose_ours
ok 'and again for another class' choose_grass
if [[ -n $screenshot ]]; then
  shoot "$screenshot"
fi
ok 'OK keeps the pixels of gegl' keeps_it
ok 'without drawing them again' drawn 2
ok 'GIMP is well' is_well
echo "1..$n_tests"
