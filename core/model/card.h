/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/config.h"
#include "tensor/tensor.h"

/* What a weights file says of itself beside the network's configuration: for
 * people, menus and defaults. Owned strings; 0 or NULL where unknown.
 */
typedef struct
{
  char  **class_names;      /* (array zero-terminated) in label order, UTF-8 */
  gint64 *images_per_class; /* (nullable) [n_classes]                        */
  char   *title;            /* "Fashion"; shown in menus                      */

  /* recommended */
  double guidance;
  int    n_steps;
  char  *sampler;
  double guidance_start, guidance_end; /* in t: start >= end */

  /* how it is known, in the features of a classifier of the same pictures */
  gint64 measured_pictures; /* drawn; 0: it was not measured             */
  double measured_fid;
  double measured_accuracy; /* share of them that show their class       */

  /* data */
  char *data_name, *data_licence, *data_credits;

  /* training summary */
  gint64  images_seen;
  gint64  images_before; /* seen by the weights that the training began with */
  guint64 seed;
  double  duration; /* seconds */
  double  p_uncond;
  double  ema_length;
  char   *program_version;

  /* of a classifier */
  double accuracy; /* share of held-out pictures that it has right */
} DmCard;

DmCard  *dm_card_new (void);
DmCard  *dm_card_copy (const DmCard *self);
void     dm_card_free (DmCard *self);
guint    dm_card_get_n_classes (const DmCard *self);
gboolean dm_card_check (const DmCard *self, GError **error);

/* The null class in menus and on command lines. */
#define DM_CLASS_NULL_NICK "any"

/* Classes by words: for menus, command lines and saved graphs. */
char    *dm_nick_new (const char *name);
char   **dm_card_class_nicks (const DmCard *self);
char    *dm_card_class_nick (const DmCard *self, int class_id);
int     *dm_card_class_values (const DmCard *self);
int      dm_card_class_value (const DmCard *self, int class_id);
gboolean dm_card_find_class (const DmCard *self,
                             const char   *text,
                             int          *class_id,
                             GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmCard, dm_card_free)
