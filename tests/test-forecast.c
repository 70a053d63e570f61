/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model-case.h"

/* What the program says it will take of memory, against what it takes, in a
 * process of its own.
 */

#define SIDE 16

static char *folder;

static void
put (GByteArray *array, guint32 number)
{
  guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (array, (guint8 *) &big, sizeof big);
}

/* An idx file: its first word, its sizes, and @n_bytes of 0 and 1 by turns. */
static void
write_idx (
    const char *name, guint32 magic, guint32 n, guint32 side, gsize n_bytes)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autofree char *path = g_build_filename (folder, name, NULL);

  put (array, magic);
  put (array, n);
  for (int i = 0; side > 0 && i < 2; i++)
    put (array, side);
  for (gsize i = 0; i < n_bytes; i++)
    {
      guint8 byte = i % 2;

      g_byte_array_append (array, &byte, 1);
    }

  g_assert_true (g_file_set_contents (path, (char *) array->data,
                                      (gssize) array->len, NULL));
}

static void
write_data (void)
{
  write_idx ("train-images-idx3-ubyte", 0x803, 64, SIDE, 64 * SIDE * SIDE);
  write_idx ("train-labels-idx1-ubyte", 0x801, 64, 0, 64);
  write_idx ("t10k-images-idx3-ubyte", 0x803, 16, SIDE, 16 * SIDE * SIDE);
  write_idx ("t10k-labels-idx1-ubyte", 0x801, 16, 0, 16);
}

/* Runs `train` and waits. Returns: the peak of its memory, in bytes; @forecast:
 * (out) what it said.
 */
static double
run (const char *options, double *forecast)
{
  g_autofree char *output = g_build_filename (folder, "m.safetensors", NULL);
  g_autofree char *line = g_strdup_printf (
      "%s train %s -o %s --force --blocks 1 --groups 8 --images 8 %s",
      g_getenv ("DM_PROGRAM"), folder, output, options);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  struct rusage usage;
  char          buffer[512];
  const char   *said;
  ssize_t       n;
  GPid          pid;
  int           out, status;

  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  while ((n = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  close (out);
  g_assert_cmpint (wait4 (pid, &status, 0, &usage), ==, pid);
  g_assert_cmpint (status, ==, 0);

  said = strstr (text->str, "about ");
  g_assert_nonnull (said);
  *forecast = 1e6 * g_ascii_strtod (said + strlen ("about "), NULL);

  return 1024.0 * (double) usage.ru_maxrss;
}

/* Within a tenth of what the run takes above the bare program. */
static void
check (const char *options)
{
  double forecast, bare_forecast;
  double bare =
      run ("--no-sheets --width 8 --multipliers 1 --batch 2", &bare_forecast);
  double peak = run (options, &forecast);

  g_test_message ("%s: %.0f MB foretold, %.0f MB taken, %.0f of them by the "
                  "bare program",
                  options, forecast / 1e6, peak / 1e6, bare / 1e6);
  g_assert_cmpfloat (peak - bare, >, 300e6);
  g_assert_cmpfloat (fabs (forecast - peak), <=, 0.1 * (peak - bare));
}

/* Mostly parameters, and a sheet with a model of its own. */
static void
test_parameters (void)
{
  check ("--width 64 --multipliers 1,4 --batch 8");
}

/* Mostly activations. */
static void
test_activations (void)
{
  check ("--no-sheets --width 32 --multipliers 1,2 --batch 512");
}

/* Cut into parts it stays below what it was allowed. */
static void
test_limit (void)
{
  double forecast;
  double peak = run ("--no-sheets --width 32 --multipliers 1,2 --batch 256 "
                     "--memory 300M",
                     &forecast);

  g_assert_cmpfloat (forecast, <=, 301e6);
  g_assert_cmpfloat (peak, <=, 330e6);
  g_assert_cmpfloat (peak, >, 100e6);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("dm-forecast-XXXXXX", NULL);
  cache = g_build_filename (folder, ".cache", NULL);
  /* what other tests have left for babl would count */
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  write_data ();

  g_test_add_func ("/forecast/parameters", test_parameters);
  g_test_add_func ("/forecast/activations", test_activations);
  g_test_add_func ("/forecast/limit", test_limit);

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);

  return status;
}
