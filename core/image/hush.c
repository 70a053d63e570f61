/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/hush.h"

/* The domains that GEGL and its loaders use. */
static const char *const domains[DM_N_HUSHED] = { NULL, "GEGL",
                                                  "GLib-GObject" };

static void
on_message (const char    *domain,
            GLogLevelFlags level,
            const char    *message,
            gpointer       data)
{
  (void) domain;
  (void) level;
  (void) message;
  ((DmHush *) data)->warned = TRUE;
}

void
dm_hush_begin (DmHush *self)
{
  self->warned = FALSE;
  for (size_t i = 0; i < DM_N_HUSHED; i++)
    self->handlers[i] = g_log_set_handler (
        domains[i], G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING, on_message,
        self);
}

void
dm_hush_end (DmHush *self)
{
  for (size_t i = 0; i < DM_N_HUSHED; i++)
    g_log_remove_handler (domains[i], self->handlers[i]);
}
