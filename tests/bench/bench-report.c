/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "bench.h"
#include "kernels/gemm.h"

static const char *
get_cpu (void)
{
  return dm_cpu_get_name (dm_kernels_get_default ()->cpu);
}

/* Speed of multiplications and additions by the instruction set in use. */
static double
get_peak (const Bench *self)
{
  g_autofree char *name = g_strconcat ("peak/", get_cpu (), NULL);

  for (guint i = 0; i < self->cases->len; i++)
    {
      const BenchCase *one = self->cases->pdata[i];

      if (strcmp (one->name, name) == 0)
        return bench_get_speed (one);
    }

  g_assert_not_reached ();
}

static void
print_case (const BenchCase *self, double peak)
{
  double quartiles[3], speed = bench_get_speed (self);

  bench_get_quartiles (self, quartiles);
  g_print ("%-20s %9.3f ms (%.3f ... %.3f)", self->name, 1e3 * quartiles[1],
           1e3 * quartiles[0], 1e3 * quartiles[2]);
  if (speed > 0.0)
    g_print ("%8.1f GFLOP/s %4.0f %%\n", speed, 100.0 * speed / peak);
  else
    g_print ("%8.2f ns/value\n", 1e9 * quartiles[1] / self->elements);
}

void
bench_print (const Bench *self, const BenchCircumstances *around)
{
  double peak = get_peak (self);

  g_print ("%s, %s, threads: %u\n%s\n", around->processor, get_cpu (),
           around->n_threads, dm_gemm_get_library ());
  g_print ("rounds: %u; medians, quartiles in brackets; other programs took "
           "%.0f %% of a core\n\n",
           around->n_rounds, 100.0 * around->others);
  for (guint i = 0; i < self->cases->len; i++)
    print_case (self->cases->pdata[i], peak);
}

/* --- for machines -------------------------------------------------------- */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_count (JsonBuilder *builder, const char *name, guint value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_case (JsonBuilder *builder, const BenchCase *self, double peak)
{
  double quartiles[3], speed = bench_get_speed (self);

  bench_get_quartiles (self, quartiles);
  json_builder_begin_object (builder);
  add_string (builder, "name", self->name);
  add_number (builder, "seconds", quartiles[1]);
  add_number (builder, "lower_quartile", quartiles[0]);
  add_number (builder, "upper_quartile", quartiles[2]);
  if (speed > 0.0)
    {
      add_number (builder, "gflops", speed);
      add_number (builder, "share_of_peak", speed / peak);
    }
  else
    {
      add_number (builder, "ns_per_value", 1e9 * quartiles[1] / self->elements);
    }
  json_builder_end_object (builder);
}

static JsonNode *
make_json (const Bench *self, const BenchCircumstances *around)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  double peak = get_peak (self);

  json_builder_begin_object (builder);
  add_string (builder, "version", DM_VERSION);
  add_string (builder, "processor", around->processor);
  add_string (builder, "instruction_set", get_cpu ());
  add_string (builder, "library", dm_gemm_get_library ());
  add_count (builder, "threads", around->n_threads);
  add_count (builder, "rounds", around->n_rounds);
  add_number (builder, "others", around->others);
  json_builder_set_member_name (builder, "cases");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->cases->len; i++)
    add_case (builder, self->cases->pdata[i], peak);
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  return json_builder_get_root (builder);
}

gboolean
bench_write_json (const Bench              *self,
                  const BenchCircumstances *around,
                  const char               *path,
                  GError                  **error)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = make_json (self, around);

  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);

  return json_generator_to_file (generator, path, error);
}
