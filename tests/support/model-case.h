/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/unet.h"
#include "model/weights.h"

/* A small network in a weights file that a test can spoil before saving. */
typedef struct
{
  DmConfig   config;
  DmUnet    *unet;    /* whose parameters the tensors are        */
  DmCard    *card;    /* "Große Hütte" with 3 pictures, "b" with 4 */
  DmToStore *tensors; /* room for one more                        */
  guint      n_tensors;
} DmModelCase;

void dm_model_case_init (DmModelCase *self, DmDtype dtype);
void dm_model_case_clear (DmModelCase *self);
void dm_model_case_save (const DmModelCase *self, const char *path);

/* Removes a folder with all that is in it. */
void dm_test_remove (const char *path);

/* For tests that run programs which load modules. */
void dm_test_forgive_leaks (void);
