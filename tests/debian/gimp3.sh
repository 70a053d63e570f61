#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gimp3.sh [SCREENSHOTS]: our operations in GIMP 3, on a Debian that has it:
# installs it, builds the module, runs tests/gimp/batch3.sh and dialog3.sh. To be
# run by run-in.sh.
set -euo pipefail

cd "$(dirname "$0")/../.."
. data/packages

need_packages yes "${build_packages[@]}" "${run_packages[@]}" \
  python3 gimp gir1.2-gimp-3.0 python3-gi xvfb openbox xdotool imagemagick
[[ -e build/build.ninja ]] || meson setup build
ninja -C build plugin/gegl-diffusion.so

folders=(build/plugin "$(pkg-config --variable=pluginsdir gegl-0.4)" data/models)
tests/gimp/batch3.sh "${folders[@]}"
tests/gimp/dialog3.sh "${folders[@]}" "$@"
