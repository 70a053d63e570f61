#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-quickstart.sh SOURCE-FOLDER
#
# What data/quickstart installs goes where GEGL looks, twice is as once, files
# of others stay as they are, and --uninstall leaves the folders as they were.
set -euo pipefail

. "$1/data/quickstart"

top=$(mktemp -d)
trap 'rm -r "$top"' EXIT
build=$top/build
export HOME=$top/home
unset XDG_DATA_HOME XDG_CONFIG_HOME

# stage FILE...: has been built
stage ()
{
  rm -rf "$build/stage"
  for file; do
    mkdir -p "$(dirname "$build/stage$file")"
    echo "$file" > "$build/stage$file"
  done
}

# expect FILE...: is all that there is now
expect ()
{
  diff <(printf '%s\n' "$@" | sort) <(cd "$top/home" && find . -type f -printf '%P\n' | sort)
}

mkdir -p "$HOME/.local/share" "$HOME/with space"
before=$(find "$HOME")

read_options
stage "$HOME/.local/bin/gegl-diffusion" "$HOME/.local/lib/any/gegl-0.4/gegl-diffusion.so" \
  "$HOME/.config/GIMP/2.10/plug-ins/gegl-diffusion-gimp2/gegl-diffusion-gimp2" \
  "$HOME/.local/share/gegl-diffusion/models/old.safetensors"
install_files
installed=(.local/bin/gegl-diffusion .local/share/gegl-diffusion/installed-files
  .local/share/gegl-0.4/plug-ins/gegl-diffusion.so)
plug_in=.config/GIMP/2.10/plug-ins/gegl-diffusion-gimp2/gegl-diffusion-gimp2
expect "${installed[@]}" "$plug_in" .local/share/gegl-diffusion/models/old.safetensors
install_files
expect "${installed[@]}" "$plug_in" .local/share/gegl-diffusion/models/old.safetensors

# A model that is no longer shipped goes; one of somebody else does not.
stage "$HOME/.local/bin/gegl-diffusion" "$HOME/.local/lib/any/gegl-0.4/gegl-diffusion.so"
touch "$HOME/.local/share/gegl-diffusion/models/own.safetensors"
install_files
expect "${installed[@]}" .local/share/gegl-diffusion/models/own.safetensors
stage "$HOME/.local/share/gegl-diffusion/models/own.safetensors"
if (install_files 2> /dev/null); then
  echo "a file of somebody else was replaced"
  exit 1
fi
expect "${installed[@]}" .local/share/gegl-diffusion/models/own.safetensors
rm "$HOME/.local/share/gegl-diffusion/models/own.safetensors"

uninstall_files > /dev/null
diff <(echo "$before") <(find "$HOME")
uninstall_files > /dev/null

read_options --prefix "$HOME/with space"
stage "$prefix/bin/gegl-diffusion" "/usr/lib/any/gegl-0.4/gegl-diffusion.so" \
  /usr/lib/gimp/2.0/plug-ins/gegl-diffusion-gimp2/gegl-diffusion-gimp2
install_files
[[ -e $prefix/lib/gimp/2.0/plug-ins/gegl-diffusion-gimp2/gegl-diffusion-gimp2 ]]
[[ -e $(pkg-config --define-variable=prefix="$HOME/with space" \
          --variable=pluginsdir gegl-0.4)/gegl-diffusion.so ]]
uninstall_files > /dev/null
diff <(echo "$before") <(find "$HOME")
