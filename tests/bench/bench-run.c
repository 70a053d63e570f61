/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "bench.h"

static gboolean
matches (const Bench *self, const char *name)
{
  for (char **pattern = self->patterns; *pattern != NULL; pattern++)
    if (g_pattern_match_simple (*pattern, name))
      return TRUE;

  return FALSE;
}

gboolean
bench_wants (Bench *self, const char *name)
{
  if (!matches (self, name))
    return FALSE;

  if (self->only_list)
    g_print ("%s\n", name);

  return !self->only_list;
}

void
bench_add (Bench      *self,
           const char *name,
           double      flops,
           double      elements,
           void (*run) (void *data),
           void          *data,
           GDestroyNotify free)
{
  BenchCase *one = g_new (BenchCase, 1);

  *one = (BenchCase){
    .name = g_strdup (name),
    .flops = flops,
    .elements = elements,
    .run = run,
    .data = data,
    .free = free,
    .seconds = g_array_new (FALSE, FALSE, sizeof (double)),
  };
  g_ptr_array_add (self->cases, one);
}

static double
measure (const BenchCase *self, guint n)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n; i++)
    self->run (self->data);

  return (double) (g_get_monotonic_time () - start) * 1e-6 / n;
}

/* A run that is not counted wakes the threads and fills the caches. */
static void
take_turn (BenchCase *self)
{
  double seconds;

  self->run (self->data);
  seconds = measure (self, self->n_repeats);
  g_array_append_val (self->seconds, seconds);
}

/* @seconds: that a turn should last; 0: one run */
void
bench_run (Bench *self, guint n_rounds, double seconds)
{
  guint n = self->cases->len;

  for (guint i = 0; i < n; i++)
    {
      BenchCase *one = self->cases->pdata[i];

      one->n_repeats = 1;
      if (seconds > 0.0)
        {
          one->run (one->data);
          one->n_repeats =
              (guint) ceil (seconds / MAX (measure (one, 1), 1e-6));
        }
    }

  /* begin with another one each time, so that no neighbour is favoured */
  for (guint round = 0; round < n_rounds; round++)
    for (guint i = 0; i < n; i++)
      take_turn (self->cases->pdata[(i + round) % n]);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
bench_get_quartiles (const BenchCase *self, double quartiles[3])
{
  g_autoptr (GArray) sorted = g_array_copy (self->seconds);

  g_array_sort (sorted, compare_doubles);
  for (guint i = 0; i < 3; i++)
    {
      double place = (i + 1) * (sorted->len - 1) / 4.0;
      guint  below = (guint) place;
      guint  above = MIN (below + 1, sorted->len - 1);
      double part = place - below;

      quartiles[i] = (1.0 - part) * g_array_index (sorted, double, below) +
                     part * g_array_index (sorted, double, above);
    }
}

double
bench_get_speed (const BenchCase *self)
{
  double quartiles[3];

  bench_get_quartiles (self, quartiles);

  return self->flops / quartiles[1] * 1e-9;
}
