/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: fuzz-weights FILE...
 *
 * Runs the target on files: findings again, or what another fuzzer makes.
 */
#include <glib.h>

#include "fuzz-weights.h"

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *data = NULL;
      gsize            size;
      g_autoptr (GError) error = NULL;

      if (!g_file_get_contents (argv[i], &data, &size, &error))
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }

      LLVMFuzzerTestOneInput ((const uint8_t *) data, size);
    }

  return 0;
}
