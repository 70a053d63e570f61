#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-po.sh [SOURCE-FOLDER]
#
# Every catalogue translates every message of po/gegl-diffusion.pot, none of them
# fuzzy, with the formats and plural forms that gettext asks for. How many
# messages have come into the sources since is only told. Without gettext:
# skipped.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}/po"

if ! command -v msgcmp > /dev/null; then
  echo 'gettext is not there'
  exit 77
fi

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
xgettext --files-from=POTFILES.in --directory=.. --from-code=UTF-8 --keyword=_ --keyword=N_ \
  --keyword=g_dngettext:2,3 --keyword=OPTION:4 --keyword=PLURAL:1,2 \
  --output="$folder/now.pot"

n_bad=0
if grep -nE '(^|[^%])(%%)*%"$' "$folder/now.pot"; then
  echo "gettext knows no G_GINT64_FORMAT and the like, and cuts the message there: PRId64"
  n_bad=$((n_bad + 1))
fi
while read -r language; do
  if ! msgfmt --check --output-file="$folder/$language.mo" "$language.po" ||
     ! msgcmp "$language.po" gegl-diffusion.pot; then
    echo "po/$language.po is wrong or not complete"
    n_bad=$((n_bad + 1))
  fi
  msgmerge --quiet --no-fuzzy-matching --output-file="$folder/now.po" "$language.po" "$folder/now.pot"
  echo "po/$language.po, with what is new in the sources:" \
    "$(LC_ALL=C msgfmt --statistics --output-file="$folder/now.mo" "$folder/now.po" 2>&1)"
done < LINGUAS

if [[ $(sort LINGUAS) != "$(printf '%s\n' *.po | sed 's/\.po$//' | sort)" ]]; then
  echo 'po/LINGUAS does not list the catalogues that there are'
  n_bad=$((n_bad + 1))
fi
[[ $n_bad == 0 ]]
