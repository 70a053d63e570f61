/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* What the operations offer a host, and what its values do. */

/* Nobody's picture is stretched unasked: a model of textures fills a canvas of
 * any size, the others leave margins.
 */
static void
test_standard_fit (void)
{
  static const struct
  {
    const char *operation, *fit;
  } cases[] = { { "diffusion:canvas", "canvas" },
                { "diffusion:plain", "contain" },
                { "diffusion:gray", "contain" },
                { "diffusion:generate", "auto" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          gegl_node_new_child (graph, "operation", cases[i].operation, NULL);
      int fit = -1;

      gegl_node_get (node, "fit", &fit, NULL);
      g_assert_cmpint (fit, ==, op_case_enum (node, "fit", cases[i].fit));
    }
}

/* Whether a property is offered in a host's dialog. */
static bool
is_visible (GeglNode *node, const char *name)
{
  GParamSpec *spec = gegl_node_find_property (node, name);

  g_assert_nonnull (spec);

  return g_strcmp0 (gegl_param_spec_get_property_key (spec, "visible"), "0") !=
         0;
}

/* Hosts' sliders stay within what may be set: GIMP complains of others. */
static void
check_slider (const char *operation, GParamSpec *spec)
{
  g_test_message ("%s, %s", operation, spec->name);

  if (GEGL_IS_PARAM_SPEC_DOUBLE (spec))
    {
      GeglParamSpecDouble *shown = GEGL_PARAM_SPEC_DOUBLE (spec);
      GParamSpecDouble    *allowed = G_PARAM_SPEC_DOUBLE (spec);

      g_assert_cmpfloat (shown->ui_minimum, >=, allowed->minimum);
      g_assert_cmpfloat (shown->ui_maximum, <=, allowed->maximum);
    }
  else if (GEGL_IS_PARAM_SPEC_INT (spec))
    {
      GeglParamSpecInt *shown = GEGL_PARAM_SPEC_INT (spec);
      GParamSpecInt    *allowed = G_PARAM_SPEC_INT (spec);

      g_assert_cmpint (shown->ui_minimum, >=, allowed->minimum);
      g_assert_cmpint (shown->ui_maximum, <=, allowed->maximum);
    }
}

static void
test_sliders (void)
{
  guint             n_operations, n_ours = 0;
  g_autofree char **names = gegl_list_operations (&n_operations);

  for (guint i = 0; i < n_operations; i++)
    {
      guint                   n;
      g_autofree GParamSpec **specs = NULL;

      if (!g_str_has_prefix (names[i], "diffusion:"))
        continue;
      n_ours++;
      specs = gegl_operation_list_properties (names[i], &n);
      for (guint k = 0; k < n; k++)
        check_slider (names[i], specs[k]);
    }

  g_assert_cmpuint (n_ours, >=, 3 + 2 * 4);
}

/* The scale is offered by models that are told it, and changes their picture;
 * for others, and at 0, it is as if it were not there.
 */
static void
test_scale (void)
{
  static const char *const names[] = { "diffusion:scaled", "diffusion:canvas" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode         *node = op_case_add (graph, names[i], "canvas", 16, 16);
      g_autofree float *any = op_case_render (node, 0, 0, 16, 16);
      g_autofree float *half = NULL, *again = NULL;
      bool              is_scaled = i == 0;

      g_assert_true (is_visible (node, "scale") == is_scaled);
      gegl_node_set (node, "scale", 0.5, NULL);
      half = op_case_render (node, 0, 0, 16, 16);
      gegl_node_set (node, "scale", 0.0, NULL);
      again = op_case_render (node, 0, 0, 16, 16);
      dm_assert_same (again, any, 16 * 16 * 4);
      g_assert_true ((memcmp (half, any, 16 * 16 * 4 * sizeof *any) != 0) ==
                     is_scaled);
    }
}

/* What varies from place to place needs more of it than the network has seen,
 * and pictures that wrap.
 */
static void
test_variation (void)
{
  static const int sides[] = { 8, 40 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      const int side = sides[i];
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          op_case_add (graph, "diffusion:canvas", "canvas", side, side);
      GeglNode *plain =
          op_case_add (graph, "diffusion:plain", "auto", side, side);
      g_autofree float *standard = op_case_render (node, 0, 0, side, side);
      g_autofree float *other = NULL;
      gsize             n_bytes = (gsize) (side * side) * 4 * sizeof *other;

      g_assert_true (is_visible (node, "variation"));
      g_assert_false (is_visible (plain, "variation"));
      gegl_node_set (node, "variation", 1.0, NULL);
      other = op_case_render (node, 0, 0, side, side);
      g_assert_true ((memcmp (other, standard, n_bytes) != 0) == (side > 8));
    }
}

/* Numbers that stand in saved pictures. */
static void
test_stored_numbers (void)
{
  static const struct
  {
    const char *property, *nick;
    int         value;
  } numbers[] = {
    { "class", "any", 0 },     { "class", "ant", 0x1f29dbd6 },
    { "sampler", "auto", 0 },  { "sampler", "ancestral", 1 },
    { "sampler", "ddim", 2 },  { "sampler", "heun", 3 },
    { "sampler", "dpm2m", 4 }, { "fit", "auto", 0 },
    { "fit", "canvas", 1 },    { "fit", "contain", 2 },
    { "fit", "cover", 3 },     { "fit", "stretch", 4 },
  };
  g_autoptr (GeglNode) node = gegl_node_new ();
  GeglNode *child =
      gegl_node_new_child (node, "operation", "diffusion:plain", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmphex (op_case_enum (child, numbers[i].property, numbers[i].nick),
                     ==, numbers[i].value);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/properties/standard-fit", test_standard_fit);
  g_test_add_func ("/op/properties/sliders", test_sliders);
  g_test_add_func ("/op/properties/scale", test_scale);
  g_test_add_func ("/op/properties/variation", test_variation);
  g_test_add_func ("/op/properties/stored-numbers", test_stored_numbers);

  return op_case_finish (g_test_run ());
}
