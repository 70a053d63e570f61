/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: model-tool make FILE f32|f16|bf16    a small model of known values
 *        model-tool same FILE FILE            whether both load to equal bits
 *
 * Our half of check_safetensors.py.
 */
#include <string.h>

#include "model-case.h"
#include "model/model.h"

static int
make (const char *path, const char *dtype)
{
  DmModelCase model;

  dm_model_case_init (&model, strcmp (dtype, "f32") == 0 ? DM_DTYPE_F32 :
                              strcmp (dtype, "f16") == 0 ? DM_DTYPE_F16 :
                                                           DM_DTYPE_BF16);
  dm_model_case_save (&model, path);
  dm_model_case_clear (&model);

  return 0;
}

static const DmParams *
get_params (const DmModel *model)
{
  return dm_unet_get_params ((DmUnet *) dm_model_get_unet (model));
}

static int
compare (const char *path_a, const char *path_b)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) a = dm_model_load (path_a, &error);
  g_autoptr (DmModel) b = a != NULL ? dm_model_load (path_b, &error) : NULL;

  if (b == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  return get_params (a)->n_values != get_params (b)->n_values ||
         memcmp (get_params (a)->values, get_params (b)->values,
                 get_params (a)->n_values * sizeof (float)) != 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "make") == 0)
    return make (argv[2], argv[3]);
  if (argc == 4 && strcmp (argv[1], "same") == 0)
    return compare (argv[2], argv[3]);

  return 2;
}
