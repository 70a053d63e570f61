/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Faults of the world, never of the programmer: each comes with a translated
 * sentence that says what is wrong, with which file, and what to do.
 */
#define DM_ERROR (dm_error_quark ())

typedef enum
{
  DM_ERROR_FILE,        /* cannot be read or written                       */
  DM_ERROR_CORRUPT,     /* not the format it claims, damaged or cut short  */
  DM_ERROR_UNSUPPORTED, /* well-formed, but not something we can use       */
  DM_ERROR_OPTION,      /* an option or a property has an unusable value   */
  DM_ERROR_DATA,        /* training data are missing or unusable           */
  DM_ERROR_MEMORY,      /* the work does not fit                           */
  DM_ERROR_DIVERGED,    /* the loss is not finite                          */
  DM_ERROR_CANCELLED    /* stopped by the caller                           */
} DmError;

GQuark dm_error_quark (void);
