/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Columns line up in all scripts, and what is too long stays readable.
 */
#include <glib.h>

#include "program/columns.h"

static void
test_width (void)
{
  g_assert_cmpint (dm_columns_get_width (""), ==, 0);
  g_assert_cmpint (dm_columns_get_width ("Größe"), ==, 5);
  g_assert_cmpint (dm_columns_get_width ("サイズ"), ==, 6);
  g_assert_cmpint (dm_columns_get_width ("类别 7"), ==, 6);
  /* an accent that is a character of its own, as file systems have them */
  g_assert_cmpint (dm_columns_get_width ("Gro\xcc\x88sse"), ==, 6);
}

static void
test_cells (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  dm_columns_add_left (text, "幅", 4);
  dm_columns_add_right (text, "été", 5);
  g_assert_cmpstr (text->str, ==, "幅    été");

  g_string_truncate (text, 0);
  dm_columns_add_left (text, "too long", 4);
  dm_columns_add_right (text, "too long", 4);
  g_assert_cmpstr (text->str, ==, "too long  too long");
}

static void
test_lines (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  dm_columns_add_line (text, "size", "8 x 8");
  dm_columns_add_line (text, "サイズ", "one\ntwo");
  dm_columns_add_line (text, "none", NULL);
  dm_columns_add_line (text, "empty", "");
  g_assert_cmpstr (text->str, ==,
                   "  size            8 x 8\n"
                   "  サイズ          one\n"
                   "                  two\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/columns/width", test_width);
  g_test_add_func ("/columns/cells", test_cells);
  g_test_add_func ("/columns/lines", test_lines);

  return g_test_run ();
}
