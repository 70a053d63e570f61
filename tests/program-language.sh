#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-language.sh PROGRAM: what is begun in one language goes on in another,
# with another decimal point. $GEGL_DIFFUSION_LOCALE has the catalogues. TAP.
set -u
program=$(realpath "$1")
. "$(dirname "$0")/support/bands.sh"
. "$(dirname "$0")/support/train.sh"
. "$(dirname "$0")/support/program.sh"
data=bands

english=$program german=$folder/german

# in_german COMMAND...: all that it runs of $program
in_german ()
{
  local program=$german
  "$@"
}
cat > german << END
#!/bin/sh
LOCPATH=$folder LC_ALL=de_DE.UTF-8 LANGUAGE=de exec "$english" "\$@"
END
chmod +x german

speaks_german ()
{
  "$english" --help | grep -q 'Usage' && "$german" --help | grep -q 'Aufruf'
}

# numbers that are not whole are in a state and a recipe
run_goes_on ()
{
  local options=(--augment 0.5 --dropout 0.25 --rate 1.5e-3)
  train one.safetensors --images 80 "${options[@]}" > out.txt && grep -q '^network: 0.16 ' out.txt &&
    in_german train two.safetensors --images 80 "${options[@]}" > out.txt && grep -q '^Netz: 0,16 ' out.txt &&
    in_german train one.safetensors --images 160 "${options[@]}" --resume > out.txt && grep -q geschrieben out.txt &&
    train two.safetensors --images 160 "${options[@]}" --resume > out.txt && grep -q written out.txt &&
    cmp one.safetensors two.safetensors
}

recipe_is_read ()
{
  diff <(grep -v '^#' one.ini) <(grep -v '^#' two.ini) && grep -q '^dropout=0.25$' two.ini &&
    train english.safetensors --recipe two.ini > out.txt &&
    in_german train german.safetensors --recipe two.ini > out.txt && cmp english.safetensors german.safetensors
}

# evaluate TABLE ARGUMENT...
evaluate ()
{
  local table=$1
  shift
  "$program" evaluate one.safetensors bands --features features.safetensors --samples 60 --steps 2 -o "$table" "$@"
}

table_goes_on ()
{
  evaluate whole.tsv --guidance 0.5,1.5 > /dev/null &&
    in_german evaluate parts.tsv --guidance 0.5 > out.txt && grep -q 'Merkmal' out.txt &&
    evaluate parts.tsv --guidance 0.5,1.5 --resume > /dev/null && cmp whole.tsv parts.tsv &&
    in_german evaluate parts.tsv --guidance 0.5,1.5 --resume > /dev/null && cmp whole.tsv parts.tsv
}

if ! localedef --no-archive -i de_DE -f UTF-8 "$folder/de_DE.UTF-8" 2> /dev/null; then
  echo '1..0 # SKIP localedef could not make a locale; the package locales of Debian has what it needs'
  exit
fi
bands bands train 600
bands bands t10k 120
check 'in German' speaks_german
check 'a run goes on' run_goes_on
check 'a recipe is read' recipe_is_read
check 'a feature network, trained in German' in_german quietly classifier features.safetensors --images 3200
check 'a table goes on' table_goes_on
echo "1..$n_tests"
