#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# repaint.sh PROGRAM PLUG-IN MODULE-FOLDER GEGL-FOLDER: the procedure of GIMP
# 2.10 that repaints, without a screen: what it draws is what gegl draws, and
# outside of it no bit changes, in each way in which GIMP keeps its pixels. TAP;
# skipped without GIMP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1") plug_in=$(realpath "$2")
GEGL_PATH=$4:$(realpath "$3")

if ! command -v gimp-console-2.10 > /dev/null; then
  echo '1..0 # SKIP gimp-console-2.10 is not installed'
  exit
fi

# shellcheck source=tests/support/program.sh
. "$here/../support/program.sh"
export GEGL_PATH GEGL_DIFFUSION_MODELS=$folder/models HOME=$folder
export XDG_CONFIG_HOME=$folder/.config XDG_DATA_HOME=$folder/data XDG_CACHE_HOME=$folder/cache

# the picture that is loaded first has the number 1
scripts=(--batch '(file-png-load RUN-NONINTERACTIVE "in.png" "")')

# repaint NAME PREPARE ARGUMENTS [EXTENSION]: a script that prepares a picture of
# 16 bits, saves it as NAME-before.xcf, repaints and saves it as NAME.xcf. Other
# formats take a plug-in to be started each time.
repaint ()
{
  scripts+=(--batch "
    (let* ((image (car (gimp-image-duplicate 1)))
           (layer (car (gimp-image-get-active-drawable image)))
           (save-as (lambda (name)
             (gimp-file-save RUN-NONINTERACTIVE image layer name name))))
      $2
      (save-as \"$1-before.${4-xcf}\")
      (plug-in-gegl-diffusion-repaint RUN-NONINTERACTIVE image layer $3)
      (gimp-selection-none image)
      (save-as \"$1.${4-xcf}\"))")
}

# precision NAME: that of the loaded picture must not be asked for
precision ()
{
  if [[ $1 != U16-GAMMA ]]; then
    echo "(gimp-image-convert-precision image PRECISION-$1)"
  fi
}

# A hole in the middle, seen by its alpha; a box that is selected; one whose
# edge is soft, in a larger one.
hole='(gimp-layer-add-alpha layer)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 12 8 14 11)
  (gimp-drawable-edit-clear layer)
  (gimp-selection-none image)'
box='(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 12 8 14 11)'
soft="$box (gimp-selection-feather image 4)"
opaque='(gimp-layer-flatten layer)'
palette='(gimp-image-convert-precision image PRECISION-U8-GAMMA)
  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 32 FALSE FALSE "")'

# same NAME [BOX [SHARE]]: outside of the hole or the box, of which a share changes
same ()
{
  "$here/compare_xcf.py" "$1-before.xcf" "$1.xcf" "${@:2}" 2> err.txt && return 0
  tail -n 1 err.txt | sed 's/^/# /'
  return 1
}

# gegl_is NAME ARGUMENT...: what the operation makes of it, pixel for pixel
gegl_is ()
{
  local name=$1
  shift
  gegl -- gegl:load path="$name-before.tif" diffusion:repaint model=plain "$@" \
    gegl:png-save path=expected.png bitdepth=16 > out.txt 2>&1
  gegl -- gegl:load path="$name.tif" gegl:png-save path=got.png bitdepth=16 > out.txt 2>&1
  cmp got.png expected.png
}

refused ()
{
  grep -q "failed.*$1" gimp.txt
}

# left_alone NAME...: the scripts that failed saved nothing
left_alone ()
{
  local name
  for name; do
    [[ -s $name-before.xcf && ! -e $name.tif ]] || return 1
  done
}

all_is_well ()
{
  [[ $(grep -c 'batch command executed successfully' gimp.txt) == "$1" ]] &&
    ! grep -iE 'critical|crash' gimp.txt && return 0
  sed 's/^/# /' gimp.txt
  return 1
}

mkdir models
idx_data data
"$program" train data -o models/plain.safetensors --classes Ant,Bee --images 1600 --width 16 \
  --multipliers 1,2 --blocks 1 --embedding 32 --groups 4 --batch 8 --no-sheets > out.txt ||
  { cat out.txt; exit 1; }
gegl -- gegl:checkerboard x=7 y=5 color1='rgb(0.9,0.3,0.2)' \
  color2='rgb(0.1,0.5,0.7)' gegl:noise-hsv gegl:gaussian-blur std-dev-x=1 std-dev-y=1 \
  gegl:crop width=40 height=30 gegl:png-save path=in.png bitdepth=16 > out.txt 2>&1

formats=(U8-GAMMA U16-GAMMA HALF-LINEAR FLOAT-GAMMA)
grays=(U8-GAMMA U16-LINEAR)
boxes=(U8-GAMMA FLOAT-LINEAR)
gray='(gimp-image-convert-grayscale image)'
for format in "${formats[@]}"; do
  repaint "$format" "$(precision "$format") $hole" '"plain" "ant" -1 3 1 0'
done
for format in "${grays[@]}"; do
  repaint "gray-$format" "$gray $(precision "$format") $hole" '"plain" "ant" -1 3 1 2'
done
for format in "${boxes[@]}"; do
  repaint "box-$format" "$(precision "$format") $opaque $box" '"plain" "bee" 0 3 1 1'
done
repaint palette "$palette $hole" '"plain" "ant" -1 3 1 0'
repaint palette-box "$opaque $palette $box" '"plain" "ant" -1 3 1 0'
repaint part "$hole (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 5 9 20)" \
  '"plain" "ant" -1 3 1 0'
repaint soft "$opaque $soft" '"plain" "ant" -1 3 1 0'
repaint moved "$opaque (gimp-layer-set-offsets layer 5 -3)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 17 5 14 11)" '"plain" "ant" -1 3 1 0'
repaint file "$hole" '"plain" "ant" -1 3 1 0' tif
repaint file-anew "$opaque" '"plain" "ant" -1 3 0.6 0' tif
n_good=$((${#scripts[@]} / 2))
repaint wrong-opaque "$opaque" '"plain" "ant" -1 3 1 0'
repaint wrong-class "$hole" '"plain" "unicorn" -1 3 1 0'

install -D "$plug_in" "$XDG_CONFIG_HOME/GIMP/2.10/plug-ins/${plug_in##*/}/${plug_in##*/}"
timeout 560 gimp-console-2.10 --no-interface --no-fonts --new-instance \
  "${scripts[@]}" --batch '(gimp-quit 1)' > gimp.txt 2>&1

for format in "${formats[@]}"; do
  check "$format: a hole, the rest stays" same "$format"
done
for format in "${grays[@]}"; do
  check "gray $format: a hole, the rest stays" same "gray-$format"
done
for format in "${boxes[@]}"; do
  check "$format without alpha: what is selected, the rest stays" same "box-$format" 12 8 14 11
done
check 'colours of a palette: a hole, the rest stays' same palette
check 'and without alpha what is selected' same palette-box 12 8 14 11
check 'a hole that is partly selected' same part 12 8 7 11
check 'what is softly selected' same soft 4 0 30 27 0.4
check 'a layer that lies elsewhere' same moved 12 8 14 11
check 'a hole has the pixels of gegl' gegl_is file class=ant seed=3
check 'and so has what is drawn anew' gegl_is file-anew class=ant seed=3 strength=0.6
check 'what there is not to fill is told' refused 'transparent'
check 'and an unknown class' refused 'unicorn.*ant, bee'
check 'both leave the layer alone' left_alone wrong-opaque wrong-class
check 'all is well' all_is_well "$n_good"
echo "1..$n_tests"
