/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl-plugin.h>

#include "drawing.h"

#include "model/card.h"

/* What all operations that draw have in common, whether from nothing or into
 * their input: GEGL has a class for each number of inputs, but their objects
 * are all alike.
 */
typedef struct
{
  GeglOperation parent_instance;

  DmDrawing drawing; /* path and class are empty: see get_model() */
  char     *error;   /* the property                              */
  gboolean  failed;  /* the property: whether @error says anything */
  DmConfig  config;  /* of the model, as last seen                */
  char     *printed; /* the last fault, told once                 */
} DmDrawOp;

typedef struct
{
  union
  {
    GeglOperationSourceClass   source;
    GeglOperationFilterClass   filter;
    GeglOperationComposerClass composer;
  } parent_class;

  gpointer gegl_class; /* which of these it derives from: its methods */

  /* Fills in path and class; these stay until the property changes. */
  gboolean (*get_model) (DmDrawOp *self, DmDrawing *drawing, GError **error);
} DmDrawOpClass;

/* Properties of a subclass come before these. */
enum
{
  DM_PROP_0,
  DM_PROP_MODEL,
  DM_PROP_CLASS,
  DM_PROP_GUIDANCE,
  DM_PROP_SCALE,
  DM_PROP_VARIATION,
  DM_PROP_SEED,
  DM_PROP_STRENGTH,
  DM_PROP_RESAMPLE,
  DM_PROP_CONTEXT,
  DM_PROP_STEPS,
  DM_PROP_SAMPLER,
  DM_PROP_FIT,
  DM_PROP_TILE_X,
  DM_PROP_TILE_Y,
  DM_PROP_GUIDANCE_START,
  DM_PROP_GUIDANCE_END,
  DM_PROP_WIDTH,
  DM_PROP_HEIGHT,
  DM_PROP_ERROR,
  DM_PROP_FAILED
};

#define DM_PROP_FLAGS                                                          \
  ((GParamFlags) (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | GEGL_PARAM_PAD_INPUT))

void dm_draw_op_class_init (gpointer klass);
void dm_draw_op_register_enums (GTypeModule *module);
void dm_draw_op_class_install (DmDrawOpClass  *klass,
                               const DmConfig *config,
                               const DmCard   *card);
gboolean
dm_draw_op_get_drawing (DmDrawOp *self, DmDrawing *drawing, GError **error);
bool dm_draw_op_on_step (unsigned step, unsigned n_steps, void *operation);
void dm_draw_op_forget_printed (DmDrawOp *self);
void dm_draw_op_print_once (DmDrawOp *self, const char *message);
void dm_draw_op_set_property (GObject      *object,
                              guint         id,
                              const GValue *value,
                              GParamSpec   *pspec);
void dm_draw_op_get_property (GObject    *object,
                              guint       id,
                              GValue     *value,
                              GParamSpec *pspec);
