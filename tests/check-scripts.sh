#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-scripts.sh [SOURCE-FOLDER]
#
# The scripts are as shellcheck wants them. Without that program: skipped.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}"

if ! command -v shellcheck > /dev/null; then
  echo 'shellcheck is not there'
  exit 77
fi

grep -rlE '^#!/(bin/(ba)?sh|usr/bin/env bash)' .ci data tests | xargs shellcheck -x -P SCRIPTDIR
