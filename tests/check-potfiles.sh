#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-potfiles.sh [--write] [SOURCE-FOLDER]
#
# po/POTFILES.in lists exactly the files with translated text, in order.
set -euo pipefail

write=no
if [[ ${1-} == --write ]]; then
  write=yes
  shift
fi
cd "${1:-$(dirname "$0")/..}"

found=$(grep -rlE --include='*.[ch]' '\<(_|N_|C_|NC_|Q_|ngettext) ?\(' \
          core plugin | LC_ALL=C sort)

if [[ $write == yes ]]; then
  echo "$found" > po/POTFILES.in
elif ! diff -u po/POTFILES.in - <<< "$found"; then
  echo 'tests/check-potfiles.sh --write brings po/POTFILES.in up to date'
  exit 1
fi
