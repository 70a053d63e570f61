/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/kernels.h"

#include <glib.h>
#include <string.h>

#include "kernels/loops.h"

static const char *const cpu_names[DM_N_CPUS] = {
  [DM_CPU_BASE] = "base",
  [DM_CPU_AVX2] = "avx2",
  [DM_CPU_AVX512] = "avx512",
};

/**
 * dm_cpu_get_name:
 *
 * Returns: (transfer none): as $GEGL_DIFFUSION_CPU spells it.
 */
const char *
dm_cpu_get_name (DmCpu cpu)
{
  return cpu_names[cpu];
}

/**
 * dm_cpu_detect:
 *
 * Returns: the best instruction set that this processor and its operating
 * system support.
 */
DmCpu
dm_cpu_detect (void)
{
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx512f") &&
      __builtin_cpu_supports ("avx512dq") &&
      __builtin_cpu_supports ("avx512bw") &&
      __builtin_cpu_supports ("avx512vl"))
    return DM_CPU_AVX512;

  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return DM_CPU_AVX2;
#endif

  return DM_CPU_BASE;
}

/**
 * dm_kernels_init:
 * @self: (out) the loops for @cpu
 *
 * Returns: whether this processor has @cpu; else @self is not touched.
 */
bool
dm_kernels_init (DmKernels *self, DmCpu cpu)
{
  if (cpu > dm_cpu_detect ())
    return false;

  self->cpu = cpu;

  switch (cpu)
    {
#if defined __x86_64__
    case DM_CPU_AVX512:
      dm_kernels_fill_product_avx512 (self);
      dm_kernels_fill_winograd_avx512 (self);
      dm_kernels_fill_nn_avx512 (self);
      break;
    case DM_CPU_AVX2:
      dm_kernels_fill_product_avx2 (self);
      dm_kernels_fill_winograd_avx2 (self);
      dm_kernels_fill_nn_avx2 (self);
      break;
#endif
    default:
      dm_kernels_fill_product_base (self);
      dm_kernels_fill_winograd_base (self);
      dm_kernels_fill_nn_base (self);
      break;
    }

  return true;
}

/* The processor's best, or the lesser one that the user asks for. */
static DmCpu
choose_cpu (void)
{
  const char *wanted = g_getenv ("GEGL_DIFFUSION_CPU");
  DmCpu       best = dm_cpu_detect ();

  for (int cpu = 0; wanted != NULL && cpu <= (int) best; cpu++)
    if (strcmp (wanted, cpu_names[cpu]) == 0)
      return cpu;

  return best;
}

/**
 * dm_kernels_get_default:
 *
 * Returns: (transfer none): the loops of this process, chosen once.
 */
const DmKernels *
dm_kernels_get_default (void)
{
  static gsize     once = 0;
  static DmKernels kernels;

  if (g_once_init_enter (&once))
    {
      dm_kernels_init (&kernels, choose_cpu ());
      g_once_init_leave (&once, 1);
    }

  return &kernels;
}
