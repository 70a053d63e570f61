#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-format.sh [SOURCE-FOLDER]
#
# Every file is as clang-format 14 writes it. Without that version: skipped.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}"

for tool in clang-format-14 clang-format; do
  if [[ $("$tool" --version 2> /dev/null) == *'version 14.'* ]]; then
    find core plugin tests -name '*.[ch]' -print0 |
      xargs -0 "$tool" --dry-run --Werror
    exit
  fi
done

echo 'clang-format 14 is not there'
exit 77
