/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "program/options.h"

/* The sub-commands. Each gets the command line from its own name on, prints,
 * and returns the exit status.
 */
int dm_program_doctor (int argc, char **argv);
int dm_program_evaluate (int argc, char **argv);
int dm_program_inspect (int argc, char **argv);
int dm_program_sample (int argc, char **argv);
int dm_program_train (int argc, char **argv);

/* GEGL, for those who read or write pictures, or ask what it has loaded. */
void dm_program_start_gegl (void);
