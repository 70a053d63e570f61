/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "catalogue.h"

/* In GIMP 3; 2.10 has them all under Tools > GEGL Operation. */
#define DM_MENU "<Image>/Filters/Render/Diffusion"

/* What an operation does with a picture. */
typedef enum
{
  DM_OP_SOURCE,      /* draws one from nothing                    */
  DM_OP_REPAINT,     /* fills what is transparent in its input    */
  DM_OP_REPAINT_MASK /* the same where a mask at a second pad says */
} DmOpKind;

/* The abstract class of a kind. */
GType dm_op_kind_get_parent (DmOpKind kind);
void  dm_source_op_register (GTypeModule *module);
GType dm_source_op_get_type (void);
void  dm_repaint_op_register (GTypeModule *module);

void dm_generate_op_register (GTypeModule *module);
void dm_model_op_register (GTypeModule *module, const DmModelEntry *entry);
