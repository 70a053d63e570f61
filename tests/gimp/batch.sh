#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# batch.sh PROGRAM PLUG-IN MODULE-FOLDER GEGL-FOLDER: the procedure for scripts
# in GIMP 2.10, without a screen: what it draws is what gegl draws, and what it
# cannot draw it says. GIMP runs once, for all of them. TAP; skipped without it.
set -u
program=$(realpath "$1") plug_in=$(realpath "$2")
GEGL_PATH=$4:$(realpath "$3")

if ! command -v gimp-console-2.10 > /dev/null; then
  echo '1..0 # SKIP gimp-console-2.10 is not installed'
  exit
fi

# shellcheck source=tests/support/program.sh
. "$(dirname "$0")/../support/program.sh"
export GEGL_PATH GEGL_DIFFUSION_MODELS=$folder/models HOME=$folder
export XDG_CONFIG_HOME=$folder/.config XDG_DATA_HOME=$folder/data XDG_CACHE_HOME=$folder/cache

scripts=()

# draw FILE ARGUMENTS [BASE TYPE [SCRIPT]]: a script that draws on a layer of
# 40 x 30 pixels in a colour of its own, prepared by another, and saves it
draw ()
{
  scripts+=(--batch "
    (let* ((image (car (gimp-image-new 40 30 ${3-RGB})))
           (layer (car (gimp-layer-new image 40 30 ${4-RGBA-IMAGE} \"layer\" 100 0))))
      (gimp-image-insert-layer image layer 0 -1)
      (gimp-context-set-background '(255 0 255))
      (gimp-drawable-fill layer FILL-BACKGROUND)
      ${5-}
      (plug-in-gegl-diffusion RUN-NONINTERACTIVE image layer $2)
      (gimp-selection-none image)
      (file-png-save RUN-NONINTERACTIVE image layer \"$1\" \"\" 0 1 0 0 0 0 0))")
}

# ppm FILE: its pixels
ppm ()
{
  LD_PRELOAD=$sanitizer timeout 60 gegl "$1" -o "$1.ppm" > out.txt 2>&1
}

# is FILE ARGUMENT...: what the operation draws over that colour, as gegl
# writes it, pixel for pixel
is ()
{
  local file=$1
  shift
  LD_PRELOAD=$sanitizer timeout 60 gegl -- color value='rgb(1.0, 0.0, 1.0)' \
    crop width=40 height=30 over aux='[' diffusion:generate model=plain "$@" ']' \
    png-save path=expected.png bitdepth=8 > out.txt 2>&1
  ppm "$file"
  ppm expected.png
  cmp "$file.ppm" expected.png.ppm
}

is_gray ()
{
  ppm gray.png
  tail -c 3600 gray.png.ppm | od -An -v -tu1 -w3 |
    awk '$1 != $2 || $2 != $3 { exit 1 } !($1 in seen) { seen[$1]; n++ } END { exit n < 9 }'
}

# refused PATTERN: the caller has been told
refused ()
{
  grep -q "failed.*$1" gimp.txt
}

nothing_saved ()
{
  ! ls wrong*.png 2> err.txt
}

all_is_well ()
{
  [[ $(grep -c 'batch command executed successfully' gimp.txt) == 4 ]] &&
    ! grep -iE 'critical|crash' gimp.txt && return 0
  sed 's/^/# /' gimp.txt
  return 1
}

mkdir models
idx_data data
"$program" train data -o models/plain.safetensors --classes Ant,Bee --images 1600 --width 16 \
  --multipliers 1,2 --blocks 1 --embedding 32 --groups 4 --batch 8 --no-sheets > out.txt ||
  { cat out.txt; exit 1; }
echo cut > cut.safetensors

draw layer.png '"plain" "bee" 1.5 7 0 0'
draw size.png '"plain" "0" 0 3 16 8' RGB RGB-IMAGE
draw part.png '"Plain" "" -1 1 0 0' RGB RGBA-IMAGE \
  '(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 5 20 20)'
draw gray.png '"plain" "ant" 0 3 0 0' GRAY GRAY-IMAGE
draw wrong1.png '"plain" "unicorn" 0 1 0 0'
draw wrong2.png '"nobody" "" 0 1 0 0'
draw wrong3.png "\"$folder/cut.safetensors\" \"\" 0 1 0 0"
draw wrong4.png '"plain" "" 0 1 0 0' RGB RGB-IMAGE \
  '(gimp-layer-set-offsets layer 20 20)
   (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 9 9)'
draw wrong5.png '"plain" "" 0 1 0 0' RGB RGB-IMAGE \
  '(set! layer (car (gimp-layer-group-new image)))
   (gimp-image-insert-layer image layer 0 -1)'

install -D "$plug_in" "$XDG_CONFIG_HOME/GIMP/2.10/plug-ins/${plug_in##*/}/${plug_in##*/}"
timeout 240 gimp-console-2.10 --no-interface --no-fonts --new-instance \
  "${scripts[@]}" --batch '(gimp-quit 1)' > gimp.txt 2>&1

check 'a layer has the pixels of gegl' is layer.png class=bee guidance=1.5 seed=7 width=40 height=30
check 'a picture of another size, the rest stays' is size.png class=ant guidance=0 seed=3 \
  width=16 height=8
check 'a selection, the rest stays' is part.png seed=1 width=20 height=20 translate x=10 y=5
check 'a gray layer' is_gray
check 'an unknown class is refused' refused 'unicorn.*ant, bee'
check 'an unknown model is refused' refused 'nobody.*plain'
check 'a broken model is refused' refused 'cut.safetensors'
check 'a selection elsewhere is refused' refused 'selection'
check 'a group of layers is refused' refused 'group'
check 'nothing is saved then' nothing_saved
check 'all is well' all_is_well
echo "1..$n_tests"
