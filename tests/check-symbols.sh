#!/bin/bash
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-symbols.sh MODULE
#
# The module shows GEGL its two entry points and hides everything else.
set -euo pipefail

diff - <(nm --dynamic --defined-only --format=posix "$1" | cut -d ' ' -f 1 | sort) << 'END'
gegl_module_query
gegl_module_register
END
