/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draw-op.h"

static GMutex printed_mutex;

/* A fault that only drawing finds, or its end, on the way to the property. */
typedef struct
{
  GWeakRef operation;
  char    *message;
} News;

static gboolean
show_news (gpointer data)
{
  News *news = data;
  g_autoptr (GObject) operation = g_weak_ref_get (&news->operation);

  if (operation != NULL &&
      g_strcmp0 (((DmDrawOp *) operation)->error, news->message) != 0)
    g_object_set (operation, "error", news->message, "failed",
                  *news->message != '\0', NULL);

  return G_SOURCE_REMOVE;
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_weak_ref_clear (&news->operation);
  g_free (news->message);
  g_free (news);
}

/* The graph is locked: the property has to wait for the host's main loop. */
static void
send_news (DmDrawOp *self, const char *message)
{
  News *news = g_new0 (News, 1);

  g_weak_ref_init (&news->operation, self);
  news->message = g_strdup (message != NULL ? message : "");
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show_news, news, news_free);
}

/**
 * dm_draw_op_forget_printed:
 *
 * The next fault is told, be it the same as the last.
 */
void
dm_draw_op_forget_printed (DmDrawOp *self)
{
  g_mutex_lock (&printed_mutex);
  g_clear_pointer (&self->printed, g_free);
  g_mutex_unlock (&printed_mutex);
}

/**
 * dm_draw_op_print_once:
 * @message: (nullable): NULL if all is well
 *
 * A host asks for a picture in many pieces: one fault, one sentence, which the
 * property has, too, once the main loop turns.
 */
void
dm_draw_op_print_once (DmDrawOp *self, const char *message)
{
  g_mutex_lock (&printed_mutex);

  if (g_strcmp0 (self->printed, message) != 0)
    {
      g_free (self->printed);
      self->printed = g_strdup (message);
      if (message != NULL)
        g_printerr ("%s: %s\n", GEGL_OPERATION_GET_CLASS (self)->name, message);
      send_news (self, message);
    }

  g_mutex_unlock (&printed_mutex);
}
