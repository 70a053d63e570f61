/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times the kernels and whole networks; README.md says how to read it.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define TURN_SECONDS 0.03

typedef struct
{
  char    *cases, *json;
  int      n_rounds, n_threads;
  gboolean list, quick;
} Options;

static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "cases", 0, 0, G_OPTION_ARG_STRING, &self->cases,
      "These only, such as \"f4/*,A/*\"", "LIST" },
    { "list", 0, 0, G_OPTION_ARG_NONE, &self->list, "Name the cases", NULL },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &self->n_rounds, "Turns of each case",
      "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &self->n_threads,
      "Instead of one for each processor", "N" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &self->json,
      "Also write it for machines", "FILE" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &self->quick,
      "One run of each: to see that it works, not how fast", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, "Times kernels and networks, in turns; shares are of what this "
               "processor's\nmultipliers can do, measured in the same run.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1 || self->n_rounds < 1 || self->n_threads < 0 ||
      self->n_threads > 256)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "takes options only, at least one round and at "
                           "most 256 threads; --help says more");
      return FALSE;
    }

  return TRUE;
}

static char *
read_processor (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GRegex) regex =
      g_regex_new ("^model name\\s*:\\s*(.*)$", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL) &&
      g_regex_match (regex, text, 0, &match))
    return g_match_info_fetch (match, 1);

  return g_strdup ("unknown processor");
}

/* Processor time of everybody, in seconds; 0 where the system does not say. */
static double
read_all_seconds (void)
{
  FILE  *file = fopen ("/proc/stat", "r");
  double v[8] = { 0 };

  if (file == NULL)
    return 0.0;

  if (fscanf (file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2],
              &v[3], &v[4], &v[5], &v[6], &v[7]) != 8)
    v[0] = 0.0;
  fclose (file);

  /* all but idle and waiting for the disk */
  return (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) /
         (double) sysconf (_SC_CLK_TCK);
}

static double
get_own_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Returns: cores that other programs took meanwhile */
static double
run (Bench *self, const Options *options)
{
  gint64 start = g_get_monotonic_time ();
  double others = read_all_seconds () - get_own_seconds ();

  bench_run (self, options->quick ? 1 : (guint) options->n_rounds,
             options->quick ? 0.0 : TURN_SECONDS);
  others = read_all_seconds () - get_own_seconds () - others;

  return MAX (0.0,
              others / (1e-6 * (double) (g_get_monotonic_time () - start)));
}

static gboolean
add_cases (Bench *self, GError **error)
{
  guint n_peaks;

  if (!self->only_list)
    bench_add_peaks (self);
  n_peaks = self->cases->len;
  bench_add_kernels (self);
  if (!bench_add_networks (self, error))
    return FALSE;

  if (self->cases->len == n_peaks && !self->only_list)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "there is no such case; --list names them");
      return FALSE;
    }

  return TRUE;
}

static gboolean
report (const Bench   *self,
        const Options *options,
        double         others,
        GError       **error)
{
  g_autofree char   *processor = read_processor ();
  BenchCircumstances around = {
    .processor = processor,
    .n_threads = (guint) dm_pool_get_n_workers (self->pool),
    .n_rounds = options->quick ? 1 : (guint) options->n_rounds,
    .others = others,
  };

  bench_print (self, &around);

  return options->json == NULL ||
         bench_write_json (self, &around, options->json, error);
}

static void
free_case (gpointer data)
{
  BenchCase *self = data;

  self->free (self->data);
  g_array_unref (self->seconds);
  g_free (self->name);
  g_free (self);
}

int
main (int argc, char **argv)
{
  Options options = { .n_rounds = 9 };
  Bench   self = { 0 };
  g_autoptr (GError) error = NULL;
  int status = 0;

  self.cases = g_ptr_array_new_with_free_func (free_case);
  if (parse (&options, &argc, &argv, &error))
    {
      self.only_list = options.list;
      self.patterns = g_strsplit (options.cases ? options.cases : "*", ",", -1);
      self.pool = dm_pool_new ((size_t) options.n_threads);
      if (add_cases (&self, &error) && !options.list)
        report (&self, &options, run (&self, &options), &error);
    }

  if (error != NULL)
    {
      g_printerr ("bench: %s\n", error->message);
      status = error->domain == G_OPTION_ERROR ? 2 : 1;
    }
  g_ptr_array_unref (self.cases);
  dm_pool_free (self.pool);
  g_strfreev (self.patterns);
  g_free (options.cases);
  g_free (options.json);

  return status;
}
