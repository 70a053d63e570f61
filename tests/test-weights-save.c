/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/weights.h"
#include "tensor/error.h"
#include "weights-case.h"

static char *folder;

static char *
save_sample (const char *name)
{
  g_autoptr (DmCard) card = dm_weights_case_card ();

  return dm_weights_case_save (folder, name, card);
}

static guint
count_files (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
save_large (const char *path, GError **error)
{
  g_autofree float *value = g_new0 (float, 100000);
  DmToStore         large = { "large", DM_DTYPE_F32, 1, { 100000 }, value };

  g_assert_false (dm_weights_save (path, NULL, NULL, NULL, &large, 1, error));
}

/* Writes stop at @limit bytes, as on a full disk. */
static void
limit_file_size (rlim_t limit)
{
  struct rlimit limits = { limit, limit };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limits), ==, 0);
}

/* When the disk is full, the former file is as it was, and alone. */
static void
test_full_disk (void)
{
  static const rlim_t limits[] = { 200000, 100, 0 };
  g_autofree char    *path = NULL;
  g_autoptr (GBytes) before = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  path = save_sample ("kept.safetensors");
  before = dm_weights_case_read (path);

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) after = NULL;
      guint n_files = count_files (folder);

      limit_file_size (limits[i]);
      save_large (path, &error);
      g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
      g_assert_true (g_str_has_prefix (error->message, path));

      after = dm_weights_case_read (path);
      g_assert_true (g_bytes_equal (before, after));
      g_assert_cmpuint (count_files (folder), ==, n_files);
    }
}

/* Where a file cannot be put, nothing is: least of all over what is no plain
 * file. Devices stand in our own folder: were the guard broken and the test run
 * by root, it would take those in /dev from everybody.
 */
static void
test_unwritable (void)
{
  g_autofree char  *file = save_sample ("file");
  g_autofree char  *below = g_build_filename (file, "a.safetensors", NULL);
  g_autofree char  *pipe = g_build_filename (folder, "unwritable", NULL);
  const char *const paths[] = {
    "/proc/nonexistent/a.safetensors",
    "/proc/a.safetensors",
    below,
    folder,
    pipe,
  };
  struct stat status;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      save_large (paths[i], &error);
      g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
      g_assert_true (g_str_has_prefix (error->message, paths[i]));
    }

  g_assert_cmpint (stat (pipe, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
}

/* A link keeps leading to the file; modes follow the umask. */
static void
test_link (void)
{
  g_autofree char *path = save_sample ("target.safetensors");
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *same = NULL;
  struct stat      status;
  mode_t           mask = umask (0);

  umask (mask);
  g_assert_cmpint (symlink (path, link), ==, 0);
  same = save_sample ("link");

  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0666 & ~mask);
}

/* A description that could not be read again is not written. */
static void
test_unstorable (void)
{
  g_autofree char *path = g_build_filename (folder, "no.safetensors", NULL);
  DmConfig         config = dm_weights_case_config ();
  g_autoptr (DmCard) card = dm_weights_case_card ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) nan_error = NULL;

  config.n_classes = 3;
  g_assert_false (dm_weights_save (path, &config, card, NULL, NULL, 0, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);

  card->duration = NAN;
  g_assert_false (
      dm_weights_save (path, NULL, card, NULL, NULL, 0, &nan_error));
  g_assert_error (nan_error, DM_ERROR, DM_ERROR_OPTION);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* A file with another card is the one that would have been saved with it. */
static void
test_card (void)
{
  g_autoptr (DmCard) card = dm_weights_case_card ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = dm_weights_case_save (folder, "changed", card);
  g_autofree char *other = NULL;
  g_autoptr (GBytes) expected = NULL;
  g_autoptr (GBytes) found = NULL;

  card->guidance = 0.25;
  card->measured_pictures = 1000;
  other = dm_weights_case_save (folder, "other", card);
  g_assert_true (dm_weights_set_card (path, card, &error));
  g_assert_no_error (error);

  expected = dm_weights_case_read (other);
  found = dm_weights_case_read (path);
  g_assert_true (g_bytes_equal (expected, found));
}

/* A card that does not fit the network, and a file that is none. */
static void
test_card_refused (void)
{
  g_autofree char *path = save_sample ("stays");
  g_autofree char *missing = g_build_filename (folder, "nobody", NULL);
  g_autoptr (GBytes) before = dm_weights_case_read (path);
  g_autoptr (GBytes) after = NULL;
  g_autoptr (DmCard) card = dm_weights_case_card ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) missing_error = NULL;

  g_assert_false (dm_weights_set_card (missing, card, &missing_error));
  g_assert_error (missing_error, DM_ERROR, DM_ERROR_FILE);
  g_assert_false (g_file_test (missing, G_FILE_TEST_EXISTS));

  card->duration = NAN;
  g_assert_false (dm_weights_set_card (path, card, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
  after = dm_weights_case_read (path);
  g_assert_true (g_bytes_equal (before, after));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("dm-weights-save-XXXXXX", NULL);

  g_test_add_func ("/weights-save/full-disk", test_full_disk);
  g_test_add_func ("/weights-save/unwritable", test_unwritable);
  g_test_add_func ("/weights-save/link", test_link);
  g_test_add_func ("/weights-save/unstorable", test_unstorable);
  g_test_add_func ("/weights-save/card", test_card);
  g_test_add_func ("/weights-save/card-refused", test_card_refused);

  status = g_test_run ();
  dm_weights_case_remove (folder);

  return status;
}
