#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-quiet.sh [SOURCE-FOLDER]
#
# Nothing below core/program/ prints or ends the process: failures go up as
# GError, and hosts such as GIMP live on.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}"

calls='_?exit|quick_exit|v?f?printf|f?puts|f?putchar|perror|g_print|g_printerr'

if grep -rnE --include='*.[ch]' --exclude-dir=program \
     "(^|[^A-Za-z0-9_.>])($calls)[[:space:]]*\(" core |
   grep -vE '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)'; then
  echo 'these calls belong into core/program/ only'
  exit 1
fi
