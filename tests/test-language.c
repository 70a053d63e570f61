/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Translations arrive: in the labels that hosts show, through GEGL and the
 * module as it is installed, and in what the program says. The environment
 * names both, and the folder of the catalogues.
 */
#include <gegl.h>
#include <glib.h>
#include <locale.h>
#include <string.h>

#include "model-case.h"

#define LOCALE "en_US.UTF-8"

static const struct
{
  const char *language, *seed, *stretch, *title, *no_command;
} words[] = {
  { "de", "Startwert", "Strecken", "Diffusion: beliebiges Modell",
    "es gibt keinen Befehl „x“" },
  { "es", "Semilla", "Estirar", "Difusión: cualquier modelo",
    "no hay ninguna orden «x»" },
  { "fr", "Germe", "Étirer", "Diffusion : modèle au choix",
    "il n’y a pas de commande « x »" },
  { "ja", "乱数の種", "伸長", "拡散: 任意のモデル",
    "コマンド「x」はありません" },
  { "zh_CN", "种子", "拉伸", "扩散：任意模型", "没有命令“x”" },
};

static void
check_labels (gsize i)
{
  GParamSpec *spec;
  GEnumValue *stretch;

  g_object_set (gegl_config (), "application-license", "GPL3", NULL);
  gegl_init (NULL, NULL);

  spec = gegl_operation_find_property ("diffusion:generate", "seed");
  g_assert_nonnull (spec);
  g_assert_cmpstr (g_param_spec_get_nick (spec), ==, words[i].seed);

  spec = gegl_operation_find_property ("diffusion:generate", "fit");
  stretch = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (spec)->enum_class,
                                      "stretch");
  g_assert_cmpstr (stretch->value_name, ==, words[i].stretch);
  g_assert_cmpstr (gegl_operation_get_key ("diffusion:generate", "title"), ==,
                   words[i].title);
}

/* A process has one language: another for each. */
static void
test_labels (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  if (g_test_subprocess ())
    {
      check_labels (i);
      return;
    }

  g_setenv ("LANGUAGE", words[i].language, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("LANGUAGE");
  g_test_trap_assert_passed ();
}

static void
test_program (gconstpointer data)
{
  gsize             i = GPOINTER_TO_SIZE (data);
  const char *const argv[] = { g_getenv ("DM_PROGRAM"), "x", NULL };
  g_autofree char  *said = NULL;

  g_setenv ("LANGUAGE", words[i].language, TRUE);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT,
                               NULL, NULL, NULL, &said, NULL, NULL));
  g_unsetenv ("LANGUAGE");

  if (strstr (said, words[i].no_command) == NULL)
    g_error ("“%s” is not in: %s", words[i].no_command, said);
}

/* In the locale C.UTF-8 newer C libraries translate nothing, and no other need
 * be installed: one is made, in this folder.
 *
 * Returns: whether there is one
 */
static gboolean
make_locale (const char *folder)
{
  g_autofree char  *path = g_build_filename (folder, LOCALE, NULL);
  const char *const argv[] = { "localedef", "--no-archive", "-i", "en_US",
                               "-f",        "UTF-8",        path, NULL };

  g_setenv ("LOCPATH", folder, TRUE);
  g_setenv ("LC_ALL", LOCALE, TRUE);

  return g_spawn_sync (NULL, (char **) argv, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                           G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, NULL, NULL) &&
         g_file_test (path, G_FILE_TEST_IS_DIR);
}

static void
test_locale (void)
{
  g_test_skip ("localedef could not make a locale; Debian's package locales "
               "has what it needs");
}

static int
run_in (const char *folder)
{
  if (!g_test_subprocess () && !make_locale (folder))
    {
      g_test_add_func ("/language/locale", test_locale);
      return g_test_run ();
    }

  setlocale (LC_ALL, "");
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *labels =
          g_strconcat ("/language/labels/", words[i].language, NULL);
      g_autofree char *program =
          g_strconcat ("/language/program/", words[i].language, NULL);

      g_test_add_data_func (labels, GSIZE_TO_POINTER (i), test_labels);
      g_test_add_data_func (program, GSIZE_TO_POINTER (i), test_program);
    }

  return g_test_run ();
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("dm-language-XXXXXX", NULL);
  int              status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("XDG_DATA_HOME", "/proc/nonexistent", TRUE);
  g_setenv ("XDG_DATA_DIRS", "/proc/nonexistent", TRUE);
  dm_test_forgive_leaks ();

  status = run_in (folder);
  dm_test_remove (folder);

  return status;
}
