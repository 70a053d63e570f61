/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluation-case.h"

/* The table is the same, bit for bit, on any number of threads; every row has
 * a cell for each word of the header; the plot is there.
 */
static void
test_report (void)
{
  g_autofree char *plot = g_build_filename (folder, "plot.svg", NULL);
  g_autofree char *first = NULL;

  for (size_t n_workers = 1; n_workers <= 3; n_workers += 2)
    {
      Fixture fixture;
      g_autoptr (DmEvaluation) evaluation = NULL;
      g_autoptr (GArray) rows =
          g_array_new (FALSE, FALSE, sizeof (DmReportRow));
      g_autoptr (GError) error = NULL;
      g_autofree char *table = NULL;
      DmReport         report = {
                &fixture.options, &fixture.settings, "m", "f", "d", rows
      };
      DmReportRow row = { 0 }, drawn = { .drawn = TRUE, .guidance = 0.5 };
      g_auto (GStrv) lines = NULL;

      set_up (&fixture, GSIZE_TO_POINTER (n_workers));
      evaluation = new_evaluation (&fixture);
      dm_evaluation_measure_held_out (evaluation, &row.figures, &error);
      g_array_append_val (rows, row);
      drawn.settings = fixture.settings;
      dm_evaluation_measure_drawn (evaluation, &drawn.figures, &drawn.settings,
                                   drawn.guidance, NULL, NULL, &error);
      g_assert_no_error (error);
      g_array_append_val (rows, drawn);

      table = dm_report_format_table (&report);
      if (first != NULL)
        g_assert_cmpstr (table, ==, first);

      lines = g_strsplit (table, "\n", -1);
      for (size_t i = 0; *lines[i] != '\0'; i++)
        if (*lines[i] != '#')
          {
            g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);

            g_assert_cmpuint (g_strv_length (cells), ==, 14);
          }
      g_assert_nonnull (strstr (table, "\nheld-out\tNaN\t16\tNaN\t"));
      g_assert_nonnull (strstr (table, "\ndrawn\t0.5\t40\t"));
      g_assert_nonnull (strstr (table, "\t1\t0\tdpm2m\t3\n"));
      g_assert_nonnull (strstr (table, "compare only"));
      g_assert_nonnull (
          strstr (table, dm_feature_net_get_digest (fixture.net)));

      dm_report_save_plot (&report, plot, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_test (plot, G_FILE_TEST_EXISTS));

      g_free (first);
      first = g_steal_pointer (&table);
      g_clear_pointer (&evaluation, dm_evaluation_free);
      tear_down (&fixture, NULL);
    }
}

int
main (int argc, char **argv)
{
  evaluation_case_init (&argc, &argv);

  g_test_add_func ("/report/same", test_report);

  return evaluation_case_run ();
}
