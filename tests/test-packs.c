/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "nn/packs.h"
#include "tensor/error.h"

#define MAX_LAYERS 128

/* Layers of a network as the planner sees them, without any weights. */
typedef struct
{
  DmPacks       packs;
  DmParam       params[MAX_LAYERS];
  DmConvWeights forward[MAX_LAYERS], transposed[MAX_LAYERS];
  size_t        sides[MAX_LAYERS];
  size_t        n;
} Layers;

static void
begin (Layers *self)
{
  *self = (Layers){ .n = 0 };
  dm_packs_init (&self->packs, dm_kernels_get_default ());
}

static void
add (Layers *self, size_t side, size_t c_in, size_t c_out)
{
  DmParam    *param = &self->params[self->n];
  DmConvShape forward = { DM_CONV_INFER_N, side, side, c_in, c_out, 1 };
  DmConvShape transposed = { DM_CONV_TRAIN_N, side, side, c_out, c_in, 1 };

  g_assert_cmpuint (self->n, <, MAX_LAYERS);

  *param = (DmParam){ .n_dims = 4, .shape = { c_out, c_in, 3, 3 } };
  dm_packs_add_conv (&self->packs, param, &self->forward[self->n], &forward,
                     false);
  dm_packs_add_conv (&self->packs, param, &self->transposed[self->n],
                     &transposed, true);
  self->sides[self->n++] = side;
}

/* The 3x3 convolutions of stride 1 of a U-Net; the middle has four. */
static void
add_unet (Layers       *self,
          size_t        side,
          size_t        width,
          size_t        n_levels,
          const size_t *multipliers,
          size_t        n_blocks)
{
  size_t skips[64], n_skips = 0, c = width;

  skips[n_skips++] = c;
  for (size_t level = 0; level < n_levels; level++)
    {
      for (size_t i = 0; i < n_blocks; i++)
        {
          size_t c_out = width * multipliers[level];

          add (self, side >> level, c, c_out);
          add (self, side >> level, c_out, c_out);
          skips[n_skips++] = c = c_out;
        }
      if (level + 1 < n_levels)
        skips[n_skips++] = c;
    }

  for (size_t i = 0; i < 4; i++)
    add (self, side >> (n_levels - 1), c, c);

  for (size_t level = n_levels; level-- > 0;)
    {
      for (size_t i = 0; i <= n_blocks; i++)
        {
          size_t c_out = width * multipliers[level];

          add (self, side >> level, c + skips[--n_skips], c_out);
          add (self, side >> level, c_out, c_out);
          c = c_out;
        }
      if (level > 0)
        add (self, side >> (level - 1), c, c);
    }
}

/* Networks of up to some tens of millions of parameters have F4 everywhere:
 * the one of the benchmarks with 7 million, and that of a bundled model.
 */
static void
test_small_networks (void)
{
  static const size_t a[] = { 1, 2, 2 }, fashion[] = { 1, 2, 4 };

  for (int i = 0; i < 2; i++)
    {
      Layers layers;

      begin (&layers);
      if (i == 0)
        add_unet (&layers, 32, 64, 3, a, 2);
      else
        add_unet (&layers, 28, 32, 3, fashion, 1);
      dm_packs_limit (&layers.packs, DM_PACKS_LIMIT);

      for (size_t k = 0; k < layers.n; k++)
        {
          g_assert_cmpint (layers.forward[k].algorithm, ==, DM_CONV_F4);
          g_assert_cmpint (layers.transposed[k].algorithm, ==, DM_CONV_F4);
        }
      dm_packs_clear (&layers.packs);
    }
}

static size_t
count (const Layers *self, size_t side, DmConvAlgorithm algorithm)
{
  size_t n = 0;

  for (size_t i = 0; i < self->n; i++)
    n += self->sides[i] == side && self->forward[i].algorithm == algorithm;

  return n;
}

static void
add_network_b (Layers *self)
{
  static const size_t multipliers[] = { 1, 2, 3, 4 };

  begin (self);
  add_unet (self, 64, 128, 4, multipliers, 3);
}

/* The network of 121 million parameters, whose quickest packs take 1.5 GB: the
 * limit is kept by the layers that lose least by it, which are those over the
 * smallest pictures; where most of the time is spent F4 stays.
 */
static void
test_limit (void)
{
  Layers layers;

  add_network_b (&layers);
  g_assert_cmpuint (dm_packs_measure (&layers.packs, false), >, 1400000000);

  dm_packs_limit (&layers.packs, DM_PACKS_LIMIT);
  g_assert_cmpuint (dm_packs_measure (&layers.packs, false), <=,
                    DM_PACKS_LIMIT);
  g_assert_cmpuint (dm_packs_measure (&layers.packs, true), <=,
                    2 * DM_PACKS_LIMIT);
  /* nor is more taken than need be */
  g_assert_cmpuint (dm_packs_measure (&layers.packs, false), >,
                    DM_PACKS_LIMIT / 10 * 9);

  g_assert_cmpuint (count (&layers, 8, DM_CONV_F2), >, 9);
  g_assert_cmpuint (count (&layers, 16, DM_CONV_F4), ==, 15);
  g_assert_cmpuint (count (&layers, 32, DM_CONV_F4), ==, 15);
  g_assert_cmpuint (count (&layers, 64, DM_CONV_F4), ==, 15);
  dm_packs_clear (&layers.packs);
}

/* Less memory, less of it is used, down to what the direct convolution takes;
 * a limit that cannot be kept is no reason to stop.
 */
static void
test_tight (void)
{
  static const size_t limits[] = { 800, 600, 450, 1 };
  size_t              before = G_MAXSIZE;

  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      Layers layers;
      size_t bytes;

      add_network_b (&layers);
      dm_packs_limit (&layers.packs, limits[i] << 20);
      bytes = dm_packs_measure (&layers.packs, false);
      g_assert_cmpuint (bytes, <, before);
      if (limits[i] > 1)
        g_assert_cmpuint (bytes, <=, limits[i] << 20);
      else
        g_assert_cmpuint (count (&layers, 8, DM_CONV_DIRECT) +
                              count (&layers, 16, DM_CONV_DIRECT) +
                              count (&layers, 32, DM_CONV_DIRECT) +
                              count (&layers, 64, DM_CONV_DIRECT),
                          ==, layers.n);
      before = bytes;
      dm_packs_clear (&layers.packs);
    }
}

/* Memory that cannot be had, for want of addresses: an error and no end of the
 * process, of packs for forward passes and of the transposed ones; and again.
 */
static void
test_no_memory (void)
{
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      DmConvWeights conv = { 0 };
      DmConvShape shape = { 1, 64, 64, (size_t) 1 << 20, (size_t) 1 << 24, 1 };
      DmParam     param = { .n_dims = 4,
                            .shape = { shape.c_out, shape.c_in, 3, 3 } };
      gboolean    transposed = i % 2 == 1;
      DmPacks     packs;

      dm_packs_init (&packs, dm_kernels_get_default ());
      if (transposed)
        {
          param.shape[0] = shape.c_in;
          param.shape[1] = shape.c_out;
        }
      dm_packs_add_conv (&packs, &param, &conv, &shape, transposed);

      g_assert_false (dm_packs_run (&packs, transposed, NULL, &error));
      g_assert_error (error, DM_ERROR, DM_ERROR_MEMORY);
      g_clear_error (&error);
      g_assert_false (dm_packs_run (&packs, transposed, NULL, &error));
      g_assert_error (error, DM_ERROR, DM_ERROR_MEMORY);
      dm_packs_clear (&packs);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/packs/small-networks", test_small_networks);
  g_test_add_func ("/packs/limit", test_limit);
  g_test_add_func ("/packs/tight", test_tight);
  g_test_add_func ("/packs/no-memory", test_no_memory);

  return g_test_run ();
}
