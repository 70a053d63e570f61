#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The guards see what they guard against: each passes a small house of its own,
# and fails as soon as one wrong line is added to it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
house=$(mktemp -d)
trap 'rm -r "$house"' EXIT

build_house ()
{
  rm -rf "${house:?}"/*
  for room in plugin core/{tensor,kernels,nn,model,diffusion,image,generate,train,evaluate,program}; do
    mkdir -p "$house/$room"
    printf '%s\n' '#include <glib.h>' '#include "tensor/tensor.h"' \
      '/* exit () and printf () in words */' '_ ("text")' > "$house/$room/good.c"
  done
  mkdir "$house/po"
  "$here/check-potfiles.sh" --write "$house"
}

# passes|fails GUARD FILE LINE: with LINE added to FILE, GUARD does that
passes () { check passes "$@"; }
fails () { check fails "$@"; }
check ()
{
  local outcome=fails

  build_house
  printf '%s\n' "$4" >> "$house/$3"
  if "$here/$2" "$house" > /dev/null; then
    outcome=passes
  fi
  if [[ $outcome != "$1" ]]; then
    echo "$2 $outcome when $3 holds: $4"
    exit 1
  fi
}

passes check-layers.sh core/nn/good.c '#include "kernels/gemm.h"'
passes check-layers.sh core/evaluate/good.c '#include "train/dataset.h"'
passes check-layers.sh plugin/good.c '#include "pixels.h"'
passes check-layers.sh core/image/good.c '#include <gegl.h>'
fails check-layers.sh core/tensor/good.c '#include "kernels/gemm.h"'
fails check-layers.sh core/kernels/good.c '#include "nn/linear.h"'
fails check-layers.sh core/nn/good.c '#  include "model/card.h"'
fails check-layers.sh core/model/good.c '#include "diffusion/target.h"'
fails check-layers.sh core/diffusion/good.c '#include "model/unet.h"'
fails check-layers.sh core/image/good.c '#include "model/card.h"'
fails check-layers.sh core/generate/good.c '#include "train/dataset.h"'
fails check-layers.sh core/train/good.c '#include "program/options.h"'
fails check-layers.sh core/evaluate/good.c '#include "train/trainer.h"'
fails check-layers.sh plugin/good.c '#include "nn/linear.h"'
fails check-layers.sh core/tensor/good.c '#include <kernels/gemm.h>'
fails check-layers.sh core/nn/good.c '#include "linear.h"'
fails check-layers.sh core/nn/good.c '#include "../model/card.h"'
fails check-layers.sh core/nn/good.c '#include <cblas.h>'
fails check-layers.sh core/generate/good.c '#include <gegl.h>'
fails check-layers.sh plugin/good.c '#include <libgimp/gimp.h>'

passes check-quiet.sh core/nn/good.c '  g_snprintf (text, 3, "x");'
passes check-quiet.sh core/program/good.c '  exit (1);'
fails check-quiet.sh core/nn/good.c '  printf ("x");'
fails check-quiet.sh core/train/good.c 'if (x) exit(1);'
fails check-quiet.sh core/model/good.c '  g_printerr ("x");'

passes check-potfiles.sh core/nn/good.c '_ ("more")'
fails check-potfiles.sh core/nn/new.c '_ ("more")'
fails check-potfiles.sh po/POTFILES.in 'core/nn/old.c'
