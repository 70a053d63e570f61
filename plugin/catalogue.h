/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "model/card.h"
#include "model/config.h"

/* A weights file as its header shows it. Lives as long as the process: types
 * point to it.
 */
typedef struct
{
  char       *path;
  const char *name;  /* what dm_model_find() knows it by         */
  const char *nick;  /* the name in [a-z0-9-], no two alike       */
  const char *title; /* for menus                                 */
  DmConfig    config;
  DmCard     *card;
  GEnumValue *classes; /* those of the card, then the null class as 0;
                          ends with an empty one                    */
} DmModelEntry;

GPtrArray *dm_catalogue_get (void);
