#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dialog-strength.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER [SCREENSHOT.png]: the
# dialog of GIMP 2.10 for diffusion:textures-repaint, on grass with a boulder in
# three flat colours, which is selected: at half of the strength it becomes rock
# that keeps their light and shade. OK keeps what gegl draws in the selection's
# box, and outside of it no pixel changes. Two screenshots, the other one of the colours.
# TAP; skipped without GIMP or the model. Run by hand: it works the dialog
# blindly, which a slow screen confuses.
set -u
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/screen2.sh"
model=textures
need "$3" gimp-2.10
set_up "$@"
screenshot=${4:+$(realpath -m "$4")}
size=(320 256)
box=(70 68 180 120) # around the boulder, which is an ellipse

make_picture ()
{
  gegl -- diffusion:textures class=grass seed=3 width="${size[0]}" height="${size[1]}" \
    gegl:png-save path="$folder/grass.png" bitdepth=8 > "$folder/out.txt" 2>&1
  convert "$folder/grass.png" -fill '#8a7a66' -draw 'ellipse 160,128 90,60 0,360' \
    -fill '#5e5246' -draw 'ellipse 185,150 55,30 0,360' -fill '#b0a28c' -draw 'ellipse 135,100 40,22 0,360' \
    -strip -define png:exclude-chunks=all "PNG24:$folder/picture.png"
  cp "$folder/picture.png" "$folder/painted.png"
}

choose_repaint ()
{
  choose 2 && sleep 5
}

choose_half ()
{
  xdotool mousemove --window "$dialog" 300 287 click 1
  sleep 2
  xdotool key ctrl+a type 0.5
  xdotool key Tab
  wait_for 120 is_drawn 1 && sleep 3
}

choose_rock ()
{
  choose_class 8 184 && wait_for 120 is_drawn 2 && sleep 10
}

make_expected ()
{
  gegl -- gegl:load path="$folder/painted.png" \
    gegl:crop x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" \
    diffusion:textures-repaint class=rock strength=0.5 \
    gegl:png-save path="$folder/expected.png" bitdepth=8 > "$folder/out.txt" 2>&1
}

# part FILE ARGUMENT...: its pixels, of what is left by convert
part ()
{
  convert "$1" +repage "${@:2}" rgb:-
}

# Within the ellipse, and outside of its box.
keeps_it ()
{
  local cover=(-fill black -draw "rectangle ${box[0]},${box[1]} $((box[0] + box[2] - 1)),$((box[1] + box[3] - 1))")
  save_result && make_expected &&
    cmp <(part "$folder/picture.png" -crop "100x60+$((box[0] + 40))+$((box[1] + 30))") \
      <(part "$folder/expected.png" -crop 100x60+40+30) &&
    cmp <(part "$folder/picture.png" "${cover[@]}") <(part "$folder/painted.png" "${cover[@]}")
}

start_screen
make_picture
start_gimp2 "$folder/picture.png" --batch "(gimp-image-select-ellipse 1 CHANNEL-OP-REPLACE ${box[*]})"
ok 'GIMP opens the dialog of GEGL operations' open_dialog 0
if [[ -n $screenshot ]]; then
  xdotool windowmove "$dialog" 740 60
  sleep 2
  shoot "${screenshot%.png}-before.png"
fi
ok 'our operation is there' choose_repaint
ok 'it draws when its strength is less than all' choose_half
ok 'and again for another class' choose_rock
if [[ -n $screenshot ]]; then
  shoot "$screenshot"
fi
ok 'OK keeps the pixels of gegl, and the others' keeps_it
ok 'GIMP is well' is_well
echo "1..$n_tests"
