#!/usr/bin/env bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# program-install.sh PROGRAM BUILD-FOLDER SOURCE-FOLDER MODEL-TOOL: what meson
# installs lies where it belongs, and is well-formed as far as tools are there
# to say so. TAP.
set -u
program=$(realpath "$1") built=$(realpath "$2") tool=$(realpath "$4")
. "$3/data/make-deb" # sets source
. "$3/data/completion.bash"
. "$(dirname "$0")/support/program.sh"
set +e
stage=$folder/stage

# check_with TOOL NAME COMMAND...: skipped without the tool
check_with ()
{
  if command -v "$1" > /dev/null; then
    check "${@:2}"
  else
    n_tests=$((n_tests + 1))
    echo "ok $n_tests $2 # SKIP $1 is not installed"
  fi
}

install_all ()
{
  DESTDIR=$stage meson install -C "$built" --no-rebuild --quiet > out.txt 2>&1 && return 0
  sed 's/^/# /' out.txt
  return 1
}

# one FILE...: each is there just once, by the end of its path
one ()
{
  local file
  for file; do
    [[ $(find "$stage" -type f -path "*/$file" | wc -l) == 1 ]] && continue
    echo "# not installed once: $file"
    return 1
  done
}

# GEGL tries to load whatever lies in its folder
modules_alone ()
{
  [[ $(find "$stage" -path '*/gegl-0.4/*' -printf '%f\n') == gegl-diffusion.so ]]
}

nothing_strange ()
{
  ! find "$stage" -type f | grep -vE '/(bin/gegl-diffusion|gegl-0\.4/gegl-diffusion\.so|models/[^/]*\.(safetensors|md|csv)|locale/[^/]*/LC_MESSAGES/gegl-diffusion\.mo|man1/gegl-diffusion\.1|gegl-diffusion-gimp2/gegl-diffusion-gimp2|metainfo/[^/]*\.xml|bash-completion/completions/gegl-diffusion)$'
}

languages ()
{
  local language
  while read -r language; do
    one "locale/$language/LC_MESSAGES/gegl-diffusion.mo" || return
  done < "$source/po/LINGUAS"
}

# Newer versions also ask for a homepage, of which there is none to name; older
# ones know no such fault to forgive.
metainfo ()
{
  local file
  file=$(find "$stage" -name '*.metainfo.xml')
  appstreamcli validate --no-net "$file" > out.txt 2>&1 && return 0
  appstreamcli validate --no-net --override=url-homepage-missing=info "$file" > out.txt 2>&1 &&
    return 0
  sed 's/^/# /' out.txt
  return 1
}

man_page ()
{
  local page command
  page=$(find "$stage" -name gegl-diffusion.1)
  man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2> err.txt > out.txt
  MANWIDTH=200 man -l "$page" 2> /dev/null | col -bx > page.txt
  for command in train sample inspect doctor --json --guidance --version GEGL_DIFFUSION_MODELS; do
    grep -q -e "$command" page.txt || echo "$command is not in it" >> err.txt
  done
  [[ ! -s err.txt ]] && return 0
  sed 's/^/# /' err.txt
  return 1
}

# completes EXPECTED WORD...: the last word, by the words that are expected
completes ()
{
  COMP_WORDS=(gegl-diffusion "${@:2}")
  COMP_CWORD=$(($# - 1))
  _gegl_diffusion "$program"
  [[ "${COMPREPLY[*]}" == "$1" ]] && return 0
  echo "# ${COMPREPLY[*]}"
  return 1
}

completion ()
{
  export GEGL_DIFFUSION_MODELS=$folder/models XDG_DATA_HOME=$folder/none XDG_DATA_DIRS=$folder/none
  mkdir models
  "$tool" make models/one.safetensors f32

  completes 'sample' sa && completes '--version' --v && completes '--seed' sample --see &&
    completes '--json-log' train --js && completes '--input' sample --inp && completes 'one' sample '' &&
    completes 'grosse-hutte' sample one --class gr && completes 'dpm2m' sample one --sampler = dp &&
    completes 'ancestral ddim heun dpm2m' sample one --sampler =
}

package ()
{
  make_package "$stage" 0.1 "$folder" 2> err.txt || { sed 's/^/# /' err.txt; return 1; }
  dpkg-deb --field "$package" > fields.txt && dpkg-deb --contents "$package" > contents.txt
  grep -q '^Depends: .*libgegl' fields.txt && grep -q 'gegl-diffusion.so' contents.txt &&
    grep -q 'gegl-diffusion.1.gz' contents.txt && return 0
  sed 's/^/# /' fields.txt contents.txt
  return 1
}

check 'all is installed below DESTDIR' install_all
check 'program, module and model' one bin/gegl-diffusion gegl-0.4/gegl-diffusion.so \
  gegl-diffusion/models/{crawl,fashion,textures}.safetensors
check 'beside the module there is nothing' modules_alone
check 'a catalogue for each language' languages
check 'nothing is somewhere else' nothing_strange
check_with appstreamcli 'the metainfo is valid' metainfo
check_with man 'the manual page has no fault' man_page
check 'bash completes commands, options, models and classes' completion
check_with dpkg-shlibdeps 'a Debian package' package
echo "1..$n_tests"
