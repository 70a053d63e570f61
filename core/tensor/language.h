/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* Tells gettext where our translations are. */
void dm_language_bind (void);
