#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# check-fresh.sh: that the two commands of the README do on this machine what
# they promise: to be run in a fresh clone on a fresh Debian, by run-in.sh.
# Installs packages, and what is installed of gegl-diffusion is gone afterwards.
set -euo pipefail

cd "$(dirname "$0")/../.."
source=$PWD
# seconds without downloads; twice that of processor time, on two cores
limit=300

fail ()
{
  echo "check-fresh.sh: $*" >&2
  exit 1
}

# What is in the home, but for caches and the clone.
files ()
{
  find "$HOME" \( -path "$HOME/.cache" -o -path "$source" \) -prune -o -type f -print | sort
}

# Seconds of processors that this script's children have used.
processor_time ()
{
  awk -v hertz="$(getconf CLK_TCK)" '{ print int (($16 + $17) / hertz) }' "/proc/$$/stat"
}

before=$(files)

./data/quickstart
first=$(mktemp)
cp build/fashion.png "$first"
gegl --exists diffusion:fashion || fail "gegl does not find the operation"

echo "== again"
./data/quickstart
cmp build/fashion.png "$first" || fail "the second sheet is another one"

echo "== away"
./data/quickstart --uninstall
diff <(echo "$before") <(files) || fail "--uninstall has left something"
if gegl --exists diffusion:fashion; then
  fail "the operation is still there"
fi

echo "== from the beginning, with the packages there"
rm -rf build
SECONDS=0
started=$(processor_time)
./data/quickstart --no-install
used=$(($(processor_time) - started))
echo "quickstart took $SECONDS s, of a processor $used s, without downloads"
[[ $used -lt $((2 * limit)) ]] || fail "that is more than $limit s on two cores"
cmp build/fashion.png "$first" || fail "the third sheet is another one"
./data/quickstart --uninstall > /dev/null

./tests/run --quick
