/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The installed program as people run it: main, inspect and doctor.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

#include "model-case.h"

static char *folder;

/* What a run of the program left. */
typedef struct
{
  int   status;
  char *out, *err;
} Run;

static void
run_clear (Run *self)
{
  g_free (self->out);
  g_free (self->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* @arguments: separated by "|"; @path stands for a %s in them */
static Run
run (const char *arguments, const char *path)
{
  g_auto (GStrv) words = g_strsplit (arguments, "|", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Run self = { 0 };
  int wait_status;

  g_ptr_array_add (argv, (char *) g_getenv ("DM_PROGRAM"));
  for (guint i = 0; words[i] != NULL && *arguments != '\0'; i++)
    g_ptr_array_add (argv,
                     strcmp (words[i], "%s") == 0 ? (char *) path : words[i]);
  g_ptr_array_add (argv, NULL);

  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                &self.out, &self.err, &wait_status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (wait_status));
  self.status = WEXITSTATUS (wait_status);

  return self;
}

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static char *
save_model (const char *name, DmDtype dtype)
{
  char       *path = g_build_filename (folder, name, NULL);
  DmModelCase model;

  dm_model_case_init (&model, dtype);
  dm_model_case_save (&model, path);
  dm_model_case_clear (&model);

  return path;
}

static char *
save_text (const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return path;
}

/* Wrong usage ends with 2 and says where help is, or what was meant. */
static void
test_usage (void)
{
  static const struct
  {
    const char *arguments, *hint;
  } cases[] = {
    { "", "--help" },
    { "inspct", "did you mean “inspect”?" },
    { "docter|--json", "did you mean “doctor”?" },
    { "--verison", "did you mean --version?" },
    { "inspect", "gegl-diffusion inspect --help" },
    { "inspect|a|b", "“b” is too much" },
    { "inspect|--jason|a", "did you mean --json?" },
    { "doctor|all", "“all” is too much" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Run) result = run (cases[i].arguments, NULL);

      g_assert_cmpint (result.status, ==, 2);
      g_assert_cmpstr (result.out, ==, "");
      assert_contains (result.err, cases[i].hint);
    }
}

/* Help names every command; the version is that of the build. */
static void
test_help (void)
{
  g_auto (Run) help = run ("--help", NULL);
  g_auto (Run) version = run ("--version", NULL);
  g_auto (Run) inspect = run ("inspect|--help", NULL);

  g_assert_cmpint (help.status, ==, 0);
  assert_contains (help.out, "  inspect ");
  assert_contains (help.out, "  doctor ");
  g_assert_cmpint (version.status, ==, 0);
  g_assert_cmpstr (version.out, ==, "gegl-diffusion " DM_VERSION "\n");
  g_assert_cmpint (inspect.status, ==, 0);
  assert_contains (inspect.out, "gegl-diffusion inspect [OPTION…] FILE");
}

/* People see the title, the classes, the size and the types. */
static void
test_inspect (void)
{
  g_autofree char *path = save_model ("my-model.safetensors", DM_DTYPE_BF16);
  g_auto (Run) result = run ("inspect|%s", path);
  g_auto (Run) listed = run ("inspect|--tensors|%s", path);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_true (g_str_has_prefix (result.out, "My model ("));
  assert_contains (result.out, "2: Große Hütte [grosse-hutte] (3), b (4)");
  assert_contains (result.out, "4 x 4, colour");
  assert_contains (result.out, "channels per level 4, 8");
  assert_contains (result.out, "BF16");
  g_assert_null (strstr (result.out, "conv_out.bias"));
  assert_contains (listed.out, "BF16  conv_out.bias [3]");
}

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode   *root = json_from_string (text, &error);
  JsonObject *object;

  g_assert_no_error (error);
  object = json_node_dup_object (root);
  json_node_unref (root);

  return object;
}

/* Programs get one JSON object with the same. */
static void
test_inspect_json (void)
{
  g_autofree char *path = save_model ("my-model.safetensors", DM_DTYPE_F16);
  g_auto (Run) result = run ("inspect|--json|%s", path);
  g_autoptr (JsonObject) json = parse_object (result.out);
  JsonObject *config = json_object_get_object_member (json, "config");
  JsonArray  *nicks = json_object_get_array_member (json, "class_nicks");
  JsonArray  *tensors = json_object_get_array_member (json, "tensors");

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpint (json_object_get_int_member (config, "embedding"), ==, 6);
  g_assert_cmpstr (json_array_get_string_element (nicks, 0), ==,
                   "grosse-hutte");
  g_assert_cmpint (json_object_get_int_member (json, "n_bytes"), ==,
                   2 * json_object_get_int_member (json, "n_values"));
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (tensors, 0), "dtype"),
                   ==, "F16");
}

/* What cannot be read ends with 1 and a sentence that names the file. */
static void
test_inspect_refuses (void)
{
  g_autofree char  *good = save_model ("good.safetensors", DM_DTYPE_F32);
  g_autofree char  *cut = g_build_filename (folder, "cut", NULL);
  g_autofree char  *empty = save_text ("empty", "");
  g_autofree char  *text = save_text ("text", "This is no weights file.");
  g_autofree char  *missing = g_build_filename (folder, "missing", NULL);
  g_autofree char  *data = NULL;
  const char *const paths[] = { cut, empty, text, missing, folder };
  gsize             size;

  g_assert_true (g_file_get_contents (good, &data, &size, NULL));
  g_assert_true (g_file_set_contents (cut, data, (gssize) size / 2, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_auto (Run) result = run ("inspect|%s", paths[i]);

      g_assert_cmpint (result.status, ==, 1);
      g_assert_cmpstr (result.out, ==, "");
      assert_contains (result.err, paths[i]);
    }
}

/* A full disk does not pass for success. */
static void
test_full_output (void)
{
  g_autofree char *path = save_model ("my-model.safetensors", DM_DTYPE_F32);
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *command =
      g_strdup_printf ("\"$DM_PROGRAM\" inspect %s > /dev/full", quoted);
  const char *const argv[] = { "/bin/sh", "-c", command, NULL };
  g_autofree char  *err = NULL;
  int               wait_status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT,
                               NULL, NULL, NULL, &err, &wait_status, NULL));
  g_assert_cmpint (WEXITSTATUS (wait_status), ==, 1);
  assert_contains (err, "cannot write");
}

static const char *
get_state (JsonObject *health, guint i)
{
  JsonArray *models = json_object_get_array_member (health, "models");

  return json_object_get_string_member (
      json_array_get_object_element (models, i), "state");
}

/* Doctor shows every model, which are used, and why the others are not. */
static void
test_doctor_models (void)
{
  g_autofree char *models = g_build_filename (folder, "models", NULL);
  g_autofree char *second = g_build_filename (folder, "second", NULL);
  g_autofree char *variable = g_strconcat (models, ":", second, NULL);
  g_autofree char *a = NULL, *b = NULL, *c = NULL;

  g_assert_cmpint (g_mkdir (models, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (second, 0700), ==, 0);
  a = save_model ("models/a.safetensors", DM_DTYPE_BF16);
  b = save_text ("models/b.safetensors", "");
  c = save_model ("second/a.safetensors", DM_DTYPE_BF16);
  g_setenv ("GEGL_DIFFUSION_MODELS", variable, TRUE);

  {
    g_auto (Run) people = run ("doctor", NULL);
    g_auto (Run) result = run ("doctor|--json", NULL);
    g_autoptr (JsonObject) health = parse_object (result.out);

    g_assert_cmpint (people.status, ==, 1);
    g_assert_cmpstr (people.err, ==, "");
    assert_contains (people.out, "b.safetensors: the file is empty");
    assert_contains (people.out, models);
    assert_contains (people.out, "GEGL  ");

    g_assert_cmpint (result.status, ==, 1);
    g_assert_cmpstr (get_state (health, 0), ==, "good");
    g_assert_cmpstr (get_state (health, 1), ==, "refused");
    g_assert_cmpstr (get_state (health, 2), ==, "hidden");
  }

  g_unsetenv ("GEGL_DIFFUSION_MODELS");
}

/* With the module where GEGL looks and a good model, all is well; without the
 * module it says where it should be.
 */
static void
test_doctor_module (void)
{
  g_autofree char *models = g_build_filename (folder, "well", NULL);
  g_autofree char *a = NULL;

  g_assert_cmpint (g_mkdir (models, 0700), ==, 0);
  a = save_model ("well/a.safetensors", DM_DTYPE_BF16);
  g_setenv ("GEGL_DIFFUSION_MODELS", models, TRUE);

  {
    g_auto (Run) lost = { 0 };
    g_auto (Run) well = run ("doctor", NULL);

    g_setenv ("GEGL_PATH", models, TRUE);
    lost = run ("doctor", NULL);

    g_assert_cmpint (lost.status, ==, 1);
    assert_contains (lost.out, "in none of the folders where GEGL looks");

    if (well.status != 0)
      g_error ("not well:\n%s%s", well.out, well.err);
    assert_contains (well.out, "All is well.");
    assert_contains (well.out, "GEGL module, in use:");
  }
}

static JsonObject *
get_gimp (JsonObject *health, guint i)
{
  return json_array_get_object_element (
      json_object_get_array_member (health, "gimp"), i);
}

/* Doctor knows both GIMPs' folders of plug-ins, and whether ours is there. */
static void
test_doctor_gimp (void)
{
  g_autofree char *plug_ins =
      g_build_filename (folder, "config", "GIMP", "2.10", "plug-ins", NULL);
  g_autofree char *ours = g_build_filename (plug_ins, "gegl-diffusion-gimp2",
                                            "gegl-diffusion-gimp2", NULL);
  g_autofree char *own = g_path_get_dirname (ours);
  g_autofree char *line =
      g_strconcat (plug_ins, " (has our plug-in for scripts)", NULL);
  g_auto (Run) before = run ("doctor", NULL);
  g_auto (Run) people = { 0 };
  g_auto (Run) result = { 0 };
  g_autoptr (JsonObject) health = NULL;
  JsonObject *last;

  g_assert_cmpint (g_mkdir_with_parents (own, 0700), ==, 0);
  g_assert_true (g_file_set_contents (ours, "#!/bin/sh", -1, NULL));
  g_assert_cmpint (g_chmod (ours, 0700), ==, 0);
  people = run ("doctor", NULL);
  result = run ("doctor|--json", NULL);
  health = parse_object (result.out);
  last = json_array_get_object_element (
      json_object_get_array_member (get_gimp (health, 0), "folders"), 1);

  g_assert_null (strstr (before.out, line));
  assert_contains (people.out, line);
  assert_contains (people.out, "/gimp/3.0/plug-ins");
  g_assert_cmpstr (json_object_get_string_member (last, "path"), ==, plug_ins);
  g_assert_true (json_object_get_boolean_member (last, "plug_in"));
  g_assert_cmpstr (
      json_object_get_string_member (get_gimp (health, 1), "version"), ==,
      "3.0");
}

int
main (int argc, char **argv)
{
  g_autofree char *data = NULL, *config = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("dm-program-XXXXXX", NULL);
  data = g_build_filename (folder, "data", NULL);
  config = g_build_filename (folder, "config", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_setenv ("XDG_DATA_DIRS", "/proc/nonexistent", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  dm_test_forgive_leaks ();

  g_test_add_func ("/program/usage", test_usage);
  g_test_add_func ("/program/help", test_help);
  g_test_add_func ("/program/inspect", test_inspect);
  g_test_add_func ("/program/inspect-json", test_inspect_json);
  g_test_add_func ("/program/inspect-refuses", test_inspect_refuses);
  g_test_add_func ("/program/full-output", test_full_output);
  g_test_add_func ("/program/doctor-models", test_doctor_models);
  g_test_add_func ("/program/doctor-module", test_doctor_module);
  g_test_add_func ("/program/doctor-gimp", test_doctor_gimp);

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);

  return status;
}
