#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# batch3.sh MODULE-FOLDER GEGL-FOLDER MODELS-FOLDER: GIMP 3 works with our
# operation without a screen: Script-Fu, Python, filters that live in an XCF.
# TAP; skipped without GIMP 3 or the model fashion.
set -u
here=$(cd "$(dirname "$0")" && pwd)

skip ()
{
  echo "1..0 # SKIP $*"
  exit 0
}

for program in gimp-console-3.0 gegl python3; do
  command -v "$program" > /dev/null || skip "$program is not installed"
done
[[ -e $3/fashion.safetensors ]] || skip "no model fashion in $3"
GEGL_PATH=$2:$(realpath "$1")
original=$(realpath "$3/fashion.safetensors")
program=$(type -P gegl)
. "$here/../support/program.sh"

export GEGL_PATH GEGL_DIFFUSION_MODELS=$folder/models HOME=$folder/home
export XDG_CONFIG_HOME=$HOME/config XDG_DATA_HOME=$HOME/data XDG_CACHE_HOME=$HOME/cache
mkdir -p models "$HOME"
cp "$original" models/

# script_fu CODE, python STAGE: what it prints goes to out.txt
script_fu ()
{
  timeout 300 gimp-console-3.0 -i --batch-interpreter plug-in-script-fu-eval -b "$1" --quit \
    > out.txt 2>&1
}

python ()
{
  DM_STAGE=$1 timeout 300 gimp-console-3.0 -i --batch-interpreter python-fu-eval \
    -b "exec (open ('$here/filters3.py').read ())" --quit > out.txt 2>&1
}

# said LINE...: each is among what was printed
said ()
{
  local line
  for line; do
    if ! grep -qxF -- "$line" out.txt; then
      sed 's/^/# /' out.txt
      return 1
    fi
  done
}

# same A B: equal in 8 bits, but for the rounding of some: GIMP mixes the filter
# with what is below it in its own numbers before it rounds
same ()
{
  gegl "$1" -o a.ppm > log.txt 2>&1
  gegl "$2" -o b.ppm > log.txt 2>&1
  python3 - << END
import sys
a, b = (open(name, 'rb').read() for name in ('a.ppm', 'b.ppm'))
apart = [abs(x - y) for x, y in zip(a, b)]
if len(a) != len(b) or max(apart) > 1 or sum(apart) > len(a) / 1000:
    sys.exit(f'# $1 $2: {sum(apart)} of {len(a)}, up to {max(apart)}')
END
}

gimp_knows_classes ()
{
  said 'classes: t-shirt-top trouser pullover dress coat sandal shirt sneaker bag ankle-boot any' \
    'labels:|T-shirt/top|Trouser|Pullover|Dress|Coat|Sandal|Shirt|Sneaker|Bag|Ankle boot|(any)'
}

merged_by_python ()
{
  said 'merged, filters: 0' && same merged.png gegl.png
}

# What Script-Fu and its arguments in words come to.
merged_by_script_fu ()
{
  script_fu '(let* ((image (car (gimp-image-new 112 112 RGB)))
       (layer (car (gimp-layer-new image "layer" 112 112 RGBA-IMAGE 100 LAYER-MODE-NORMAL))))
  (gimp-image-insert-layer image layer 0 0)
  (gimp-drawable-fill layer FILL-WHITE)
  (gimp-drawable-merge-new-filter layer "diffusion:fashion" 0 LAYER-MODE-REPLACE 1.0
    "class" "bag" "guidance" 2.0 "seed" 3 "width" 112 "height" 112)
  (gimp-file-save RUN-NONINTERACTIVE image "script.png"))'
  same script.png gegl.png
}

live_filter ()
{
  said 'appended, filters: 1' && same live.png gegl.png
}

# loads FILE.png: the saved work, as it was
loads ()
{
  DM_PICTURE=$1 python load && said 'operation: diffusion:fashion' 'class: bag' &&
    same "$1" gegl.png
}

order_changed ()
{
  rm models/fashion.safetensors
  "$here/reorder_classes.py" "$original" models/fashion.safetensors
  loads reordered.png &&
    said 'classes: ankle-boot bag sneaker shirt sandal coat dress pullover trouser t-shirt-top any'
}

# GIMP drops the filter and says so; the layer below is still there.
model_gone ()
{
  rm models/fashion.safetensors
  DM_PICTURE=gone.png python load && [[ -s gone.png ]] && grep -q 'diffusion:fashion' out.txt
}

# repainted KIND: outside of the hole no byte has changed
repainted ()
{
  "$here/compare_xcf.py" "$1-before.xcf" "$1.xcf" 2> err.txt && return 0
  sed 's/^/# /' err.txt out.txt
  return 1
}

gegl -- diffusion:fashion class=bag seed=3 width=56 height=56 \
  svg:dst-out 'aux=[' gegl:rectangle x=20 y=22 width=14 height=12 ']' \
  gegl:png-save path=hole.png bitdepth=8 > out.txt 2>&1
gegl -- gegl:load path=hole.png diffusion:fashion-repaint class=bag \
  gegl:png-save path=filled.png bitdepth=8 > out.txt 2>&1
gegl -- diffusion:fashion class=bag guidance=2 seed=3 width=112 height=112 \
  gegl:png-save path=gegl.png bitdepth=8 > out.txt 2>&1
python draw
check 'GIMP knows the classes' gimp_knows_classes
check 'merged by Python: the pixels of gegl' merged_by_python
check 'a filter that lives' live_filter
check 'merged by Script-Fu: the same' merged_by_script_fu
check 'saved and loaded' loads loaded.png
check 'loaded after the classes have changed places' order_changed
check 'loaded without the model' model_gone
cp "$original" models/
python repaint
check 'a hole is filled, the rest stays' repainted colours
check 'with the pixels of gegl' same colours.png filled.png
check 'with a palette the rest stays, too' repainted palette
echo "1..$n_tests"
