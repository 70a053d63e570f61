/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "train/spool.h"

#define N_PIECES 300
#define PIECE 10007
#define TOTAL ((size_t) N_PIECES * PIECE)

static void
paint (guint8 *piece, size_t i)
{
  for (size_t k = 0; k < PIECE; k++)
    piece[k] = (guint8) (i * 31 + k * 7 + k / 251);
}

static void
put_pieces (DmSpool *spool, size_t from, size_t to)
{
  g_autofree guint8 *piece = g_malloc (PIECE);

  for (size_t i = from; i < to; i++)
    {
      g_autoptr (GError) error = NULL;

      paint (piece, i);
      g_assert_cmpuint (dm_spool_get_size (spool), ==, i * PIECE);
      dm_spool_add (spool, piece, PIECE, &error);
      g_assert_no_error (error);
    }
}

/* All that was put is there, in order. */
static void
assert_whole (DmSpool *spool)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  g_autoptr (GError) error = NULL;

  dm_spool_finish (spool, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dm_spool_get_size (spool), ==, TOTAL);

  for (size_t i = 0; i < N_PIECES; i++)
    {
      paint (piece, i);
      g_assert_cmpmem (dm_spool_get_data (spool) + i * PIECE, PIECE, piece,
                       PIECE);
    }
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
test_memory (void)
{
  g_autoptr (DmSpool) spool = dm_spool_new (NULL, 100);

  put_pieces (spool, 0, N_PIECES);
  assert_whole (spool);
  g_assert_false (dm_spool_is_file (spool));
}

/* As many bytes as are allowed stay in memory, more go to a file, which nobody
 * sees.
 */
static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("spool-XXXXXX", NULL);

  for (int more = 0; more < 2; more++)
    {
      g_autoptr (DmSpool) spool = dm_spool_new (folder, TOTAL - (size_t) more);

      put_pieces (spool, 0, N_PIECES);
      g_assert_cmpuint (count_files (folder), ==, 0);
      assert_whole (spool);
      g_assert_cmpint (dm_spool_is_file (spool), ==, more);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_no_folder (void)
{
  g_autoptr (DmSpool) spool = dm_spool_new ("/no/such/folder", 100);

  put_pieces (spool, 0, N_PIECES);
  assert_whole (spool);
  g_assert_false (dm_spool_is_file (spool));
}

static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* A disk that is full after a while: all goes back to memory. */
static void
test_full_disk (void)
{
  g_autofree char *folder = g_dir_make_tmp ("spool-XXXXXX", NULL);
  g_autoptr (DmSpool) spool = dm_spool_new (folder, 100);

  signal (SIGXFSZ, SIG_IGN);
  limit_files (TOTAL / 2 + 12345);
  put_pieces (spool, 0, N_PIECES);
  limit_files (RLIM_INFINITY);

  assert_whole (spool);
  g_assert_false (dm_spool_is_file (spool));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spool/memory", test_memory);
  g_test_add_func ("/spool/file", test_file);
  g_test_add_func ("/spool/no-folder", test_no_folder);
  g_test_add_func ("/spool/full-disk", test_full_disk);

  return g_test_run ();
}
