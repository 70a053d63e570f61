/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draw-op.h"

void
dm_draw_op_set_property (GObject      *object,
                         guint         id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  DmDrawOp  *self = (DmDrawOp *) object;
  DmDrawing *drawing = &self->drawing;

  switch (id)
    {
    case DM_PROP_GUIDANCE:
      drawing->guidance = g_value_get_double (value);
      break;
    case DM_PROP_SCALE:
      drawing->scale = g_value_get_double (value);
      break;
    case DM_PROP_VARIATION:
      drawing->variation = g_value_get_double (value);
      break;
    case DM_PROP_SEED:
      drawing->seed = g_value_get_uint (value);
      break;
    case DM_PROP_STRENGTH:
      drawing->strength = g_value_get_double (value);
      break;
    case DM_PROP_RESAMPLE:
      drawing->n_repeats = g_value_get_int (value);
      break;
    case DM_PROP_CONTEXT:
      drawing->context = g_value_get_double (value);
      break;
    case DM_PROP_STEPS:
      drawing->n_steps = g_value_get_int (value);
      break;
    case DM_PROP_SAMPLER:
      drawing->sampler = g_value_get_enum (value);
      break;
    case DM_PROP_FIT:
      drawing->fit = (DmFit) g_value_get_enum (value);
      break;
    case DM_PROP_TILE_X:
      drawing->tile_x = g_value_get_boolean (value);
      break;
    case DM_PROP_TILE_Y:
      drawing->tile_y = g_value_get_boolean (value);
      break;
    case DM_PROP_GUIDANCE_START:
      drawing->guidance_start = g_value_get_double (value);
      break;
    case DM_PROP_GUIDANCE_END:
      drawing->guidance_end = g_value_get_double (value);
      break;
    case DM_PROP_WIDTH:
      drawing->width = g_value_get_int (value);
      break;
    case DM_PROP_HEIGHT:
      drawing->height = g_value_get_int (value);
      break;
    case DM_PROP_ERROR:
      g_free (self->error);
      self->error = g_value_dup_string (value);
      break;
    case DM_PROP_FAILED:
      self->failed = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

void
dm_draw_op_get_property (GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  const DmDrawOp  *self = (DmDrawOp *) object;
  const DmDrawing *drawing = &self->drawing;

  switch (id)
    {
    case DM_PROP_GUIDANCE:
      g_value_set_double (value, drawing->guidance);
      break;
    case DM_PROP_SCALE:
      g_value_set_double (value, drawing->scale);
      break;
    case DM_PROP_VARIATION:
      g_value_set_double (value, drawing->variation);
      break;
    case DM_PROP_SEED:
      g_value_set_uint (value, drawing->seed);
      break;
    case DM_PROP_STRENGTH:
      g_value_set_double (value, drawing->strength);
      break;
    case DM_PROP_RESAMPLE:
      g_value_set_int (value, drawing->n_repeats);
      break;
    case DM_PROP_CONTEXT:
      g_value_set_double (value, drawing->context);
      break;
    case DM_PROP_STEPS:
      g_value_set_int (value, drawing->n_steps);
      break;
    case DM_PROP_SAMPLER:
      g_value_set_enum (value, drawing->sampler);
      break;
    case DM_PROP_FIT:
      g_value_set_enum (value, drawing->fit);
      break;
    case DM_PROP_TILE_X:
      g_value_set_boolean (value, drawing->tile_x);
      break;
    case DM_PROP_TILE_Y:
      g_value_set_boolean (value, drawing->tile_y);
      break;
    case DM_PROP_GUIDANCE_START:
      g_value_set_double (value, drawing->guidance_start);
      break;
    case DM_PROP_GUIDANCE_END:
      g_value_set_double (value, drawing->guidance_end);
      break;
    case DM_PROP_WIDTH:
      g_value_set_int (value, drawing->width);
      break;
    case DM_PROP_HEIGHT:
      g_value_set_int (value, drawing->height);
      break;
    case DM_PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case DM_PROP_FAILED:
      g_value_set_boolean (value, self->failed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}
