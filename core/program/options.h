/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Exit status of the program. */
typedef enum
{
  DM_STATUS_DONE = 0,
  DM_STATUS_FAILED = 1,
  DM_STATUS_USAGE = 2,
  DM_STATUS_INTERRUPTED = 130
} DmStatus;

#define DM_PROGRAM "gegl-diffusion"

/* @parameters: what follows the options, "FILE"
 * @summary: what the sub-command does, and its exit status if that is special
 * Errors: G_OPTION_ERROR, with what may have been meant
 */
gboolean dm_options_parse (const char         *parameters,
                           const char         *summary,
                           const GOptionEntry *entries,
                           int                *argc,
                           char             ***argv,
                           GError            **error);

/* Tables of options one after the other. Returns: (transfer full) */
GOptionEntry *dm_options_join (const GOptionEntry *first,
                               const GOptionEntry *second);

/* Of a number that nobody has given. */
#define DM_OPTIONS_NOT_GIVEN (-1.0)

/* A value that an option cannot have. Returns: FALSE */
gboolean
dm_options_refuse (GError **error, const char *option, const char *value);

/* Whether a number is one that an option takes: from the least on, or above a
 * bound that is none itself. @most may be HUGE_VAL.
 */
gboolean dm_options_check_range (const char *option,
                                 double      value,
                                 double      least,
                                 double      most,
                                 GError    **error);
gboolean dm_options_check_above (const char *option,
                                 double      value,
                                 double      bound,
                                 double      most,
                                 GError    **error);

/* Two options that contradict each other. Returns: FALSE */
gboolean
dm_options_refuse_pair (GError **error, const char *option, const char *other);

/* Whether files can be written where they are to go. NULL can. */
gboolean dm_options_check_place (const char *path, GError **error);

/* The one parameter that must remain. Returns: (transfer none) */
const char *
dm_options_get_only (int argc, char **argv, const char *name, GError **error);

const char *dm_options_suggest (const char *word, const char *const *words);

/* Says what is wrong, and after wrong usage where help is. Returns: @status */
int dm_options_fail (const char *command, DmStatus status, const GError *error);
