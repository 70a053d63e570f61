/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draw-op.h"

#include <glib/gi18n-lib.h>

#include "generate/generate.h"
#include "paint/place.h"

/* GIMP does not offer larger pictures either. */
#define MAX_SIDE 524288
#define MAX_STEPS 1000

#define SAMPLER_TYPE "GeglDiffusionSampler"
#define FIT_TYPE "GeglDiffusionFit"

/**
 * dm_draw_op_register_enums:
 *
 * Registers the types of "sampler" and "fit". The strings must outlive the
 * module, hence interned; the numbers stand in files that people saved.
 */
void
dm_draw_op_register_enums (GTypeModule *module)
{
  static GEnumValue samplers[DM_N_SAMPLERS + 2];
  static GEnumValue fits[6];
  const char *const titles[DM_N_SAMPLERS] = {
    [DM_SAMPLER_ANCESTRAL] = _ ("Ancestral"),
    [DM_SAMPLER_DDIM] = _ ("DDIM"),
    [DM_SAMPLER_HEUN] = _ ("Heun"),
    [DM_SAMPLER_DPM2M] = _ ("DPM-Solver++ (2M)"),
  };
  const GEnumValue fit_values[] = {
    { DM_FIT_AUTO, _ ("Automatic"), "auto" },
    { DM_FIT_CANVAS, _ ("Canvas: draw at this size"), "canvas" },
    { DM_FIT_CONTAIN, _ ("Contain: all of the picture"), "contain" },
    { DM_FIT_COVER, _ ("Cover: no margins"), "cover" },
    { DM_FIT_STRETCH, _ ("Stretch"), "stretch" },
  };

  samplers[0] = (GEnumValue){ 0, g_intern_string (_ ("Automatic")), "auto" };
  for (int i = 0; i < DM_N_SAMPLERS; i++)
    samplers[i + 1] =
        (GEnumValue){ i + 1, g_intern_string (titles[i]),
                      g_intern_string (dm_sampler_get_name ((DmSampler) i)) };

  for (gsize i = 0; i < G_N_ELEMENTS (fit_values); i++)
    fits[i] = (GEnumValue){ fit_values[i].value,
                            g_intern_string (fit_values[i].value_name),
                            g_intern_string (fit_values[i].value_nick) };

  g_type_module_register_enum (module, SAMPLER_TYPE, samplers);
  g_type_module_register_enum (module, FIT_TYPE, fits);
}

static GParamSpec *
spec_double (const char *name,
             const char *label,
             const char *text,
             double      minimum,
             double      maximum,
             double      ui_maximum,
             double      value)
{
  GParamSpec *spec = gegl_param_spec_double (
      name, label, text, minimum, maximum, CLAMP (value, minimum, maximum),
      MAX (minimum, 0.0), ui_maximum, 1.0, DM_PROP_FLAGS);

  gegl_param_spec_double_set_digits (GEGL_PARAM_SPEC_DOUBLE (spec), 2);
  gegl_param_spec_double_set_steps (GEGL_PARAM_SPEC_DOUBLE (spec), 0.05,
                                    ui_maximum / 5.0);

  return spec;
}

/* A side of the picture: hosts set it to that of the layer or selection. */
static GParamSpec *
spec_side (const char *name,
           const char *label,
           const char *text,
           const char *axis,
           int         minimum,
           int         value)
{
  GParamSpec *spec =
      gegl_param_spec_int (name, label, text, minimum, MAX_SIDE, value, minimum,
                           4096, 1.0, DM_PROP_FLAGS);

  gegl_param_spec_set_property_key (spec, "role", "output-extent");
  gegl_param_spec_set_property_key (spec, "unit", "pixel-distance");
  gegl_param_spec_set_property_key (spec, "axis", axis);

  return spec;
}

static GParamSpec *
spec_tile (const char *name, const char *label, const char *text, bool usable)
{
  GParamSpec *spec =
      g_param_spec_boolean (name, label, text, FALSE, DM_PROP_FLAGS);

  if (!usable)
    gegl_param_spec_set_property_key (spec, "visible", "0");

  return spec;
}

/* Shown where the model, as far as it is known, is told the scale. */
static void
install_scale (GObjectClass *klass, const DmConfig *config)
{
  bool        usable = config == NULL || dm_config_is_scaled (config);
  double      largest = config != NULL && usable ? config->scale_max : 1.0;
  GParamSpec *spec =
      spec_double ("scale", _ ("Scale"),
                   _ ("How large things are drawn: 1 as in the pictures the "
                      "model was trained on, 0.5 half as large; 0: any"),
                   0.0, 256.0, largest, 0.0);

  if (!usable)
    gegl_param_spec_set_property_key (spec, "visible", "0");
  g_object_class_install_property (klass, DM_PROP_SCALE, spec);
}

/* Shown where pictures of the model, as far as it is known, wrap. */
static void
install_variation (GObjectClass *klass, const DmConfig *config)
{
  GParamSpec *spec =
      spec_double ("variation", _ ("Variation"),
                   _ ("How much a picture that is larger than those the model "
                      "was trained on changes from place to place: 0 for the "
                      "same colours everywhere, 1 for others"),
                   0.0, 1.0, 1.0, DM_SETTINGS_VARIATION);

  if (config != NULL && !config->circular)
    gegl_param_spec_set_property_key (spec, "visible", "0");
  g_object_class_install_property (klass, DM_PROP_VARIATION, spec);
}

static void
install_sampling (GObjectClass *klass, const DmSettings *recommended)
{
  bool        known = recommended != NULL;
  int         n_steps = known ? MIN ((int) recommended->n_steps, MAX_STEPS) : 0;
  GParamSpec *spec;

  g_object_class_install_property (
      klass, DM_PROP_STEPS,
      gegl_param_spec_int ("steps", _ ("Steps"),
                           known ? _ ("More steps take longer and draw finer") :
                                   _ ("More steps take longer and draw finer; "
                                      "0: as many as the model recommends"),
                           known ? 1 : 0, MAX_STEPS, n_steps, known ? 1 : 0, 60,
                           1.0, DM_PROP_FLAGS));

  spec = gegl_param_spec_enum (
      "sampler", _ ("Sampler"), _ ("How the picture is drawn out of noise"),
      g_type_from_name (SAMPLER_TYPE),
      known ? (int) recommended->sampler + 1 : 0, DM_PROP_FLAGS);
  if (known)
    gegl_param_spec_enum_exclude_value (GEGL_PARAM_SPEC_ENUM (spec), 0);
  g_object_class_install_property (klass, DM_PROP_SAMPLER, spec);
}

/* Where there is an input. */
static void
install_repaint (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, DM_PROP_STRENGTH,
      spec_double ("strength", _ ("Strength"),
                   _ ("How much is drawn anew: 1 all, less goes on from the "
                      "picture that is there; without a hole, all of it"),
                   0.01, 1.0, 1.0, 1.0));
  g_object_class_install_property (
      klass, DM_PROP_RESAMPLE,
      gegl_param_spec_int ("resample", _ ("Resample"),
                           _ ("How often each step is taken: more takes longer "
                              "and matches the surroundings better"),
                           1, 100, DM_GIVEN_REPEATS, 1, 16, 1.0,
                           DM_PROP_FLAGS));
  g_object_class_install_property (
      klass, DM_PROP_CONTEXT,
      spec_double ("context", _ ("Context"),
                   _ ("How much of the surroundings is looked at, as a share "
                      "of the hole; for textures, of half the size they "
                      "were trained at"),
                   0.0, 10.0, 3.0, DM_PLACE_CONTEXT));
}

static void
install_fit (GObjectClass *klass, const DmConfig *config)
{
  bool        canvas = config == NULL || dm_config_is_texture (config);
  DmFit       fit = canvas ? DM_FIT_CANVAS : DM_FIT_CONTAIN;
  GParamSpec *spec;

  spec = gegl_param_spec_enum (
      "fit", _ ("Fit"),
      _ ("How the picture meets the size of the layer or selection"),
      g_type_from_name (FIT_TYPE), config != NULL ? fit : DM_FIT_AUTO,
      DM_PROP_FLAGS);
  if (config != NULL)
    gegl_param_spec_enum_exclude_value (GEGL_PARAM_SPEC_ENUM (spec),
                                        DM_FIT_AUTO);
  if (!canvas)
    gegl_param_spec_enum_exclude_value (GEGL_PARAM_SPEC_ENUM (spec),
                                        DM_FIT_CANVAS);

  g_object_class_install_property (klass, DM_PROP_FIT, spec);
}

static void
install_tiles (GObjectClass *klass, const DmConfig *config)
{
  bool usable = config == NULL || dm_config_is_texture (config);

  g_object_class_install_property (
      klass, DM_PROP_TILE_X,
      spec_tile ("tile-x", _ ("Tile sideways"),
                 _ ("The left edge goes on at the right one; for models "
                    "that can do so, on a canvas"),
                 usable));
  g_object_class_install_property (
      klass, DM_PROP_TILE_Y,
      spec_tile ("tile-y", _ ("Tile upwards"),
                 _ ("The top edge goes on at the bottom one; for models "
                    "that can do so, on a canvas"),
                 usable));
}

static void
install_interval (GObjectClass     *klass,
                  const DmSettings *recommended,
                  double            minimum)
{
  g_object_class_install_property (
      klass, DM_PROP_GUIDANCE_START,
      spec_double ("guidance-start", _ ("Guidance from"),
                   _ ("The picture is guided from this amount of noise on: 1 "
                      "is noise alone, 0 the finished picture"),
                   minimum, 1.0, 1.0,
                   recommended != NULL ? recommended->guidance_start :
                                         minimum));
  g_object_class_install_property (
      klass, DM_PROP_GUIDANCE_END,
      spec_double ("guidance-end", _ ("Guidance until"),
                   _ ("The picture is guided down to this amount of noise: 1 "
                      "is noise alone, 0 the finished picture"),
                   minimum, 1.0, 1.0,
                   recommended != NULL ? recommended->guidance_end : minimum));
}

static void
install_size (GObjectClass *klass, const DmConfig *config)
{
  bool known = config != NULL;
  int  minimum = known ? 1 : 0;
  int  native = config != NULL ? (int) config->resolution : 0;

  g_object_class_install_property (
      klass, DM_PROP_WIDTH,
      spec_side ("width", _ ("Width"),
                 known ? _ ("Width of the picture") :
                         _ ("Width of the picture; 0: the model's own"),
                 "x", minimum, native));
  g_object_class_install_property (
      klass, DM_PROP_HEIGHT,
      spec_side ("height", _ ("Height"),
                 known ? _ ("Height of the picture") :
                         _ ("Height of the picture; 0: the model's own"),
                 "y", minimum, native));
}

/* GIMP shows the title of an empty error when it opens a dialog; "visible" asks
 * for a boolean. The role keeps this one itself out of the dialog.
 */
static void
install_failed (GObjectClass *klass)
{
  GParamSpec *failed = g_param_spec_boolean (
      "failed", _ ("Failed"), _ ("Whether the picture cannot be drawn"), FALSE,
      DM_PROP_FLAGS);

  gegl_param_spec_set_property_key (failed, "role", "output-extent");
  g_object_class_install_property (klass, DM_PROP_FAILED, failed);
}

/**
 * dm_draw_op_class_install:
 * @config: (nullable): of the model; NULL if any model may come
 * @card: (nullable): likewise
 *
 * Installs the common properties with what the model recommends. Where the
 * model is not known beforehand, the defaults mean that: -1, 0 or "auto".
 */
void
dm_draw_op_class_install (DmDrawOpClass  *klass,
                          const DmConfig *config,
                          const DmCard   *card)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  double        minimum = card != NULL ? 0.0 : -1.0;
  GParamSpec   *error;
  DmSettings    settings, *recommended = NULL;

  if (card != NULL)
    {
      recommended = &settings;
      dm_settings_recommend (recommended, config, card);
    }

  g_object_class_install_property (
      object_class, DM_PROP_GUIDANCE,
      spec_double ("guidance", _ ("Guidance"),
                   _ ("How strongly the picture is drawn towards its class: 0 "
                      "plainly, more for clearer but less varied pictures"),
                   minimum, 20.0, 5.0,
                   card != NULL ? card->guidance : minimum));
  install_scale (object_class, config);
  g_object_class_install_property (
      object_class, DM_PROP_SEED,
      gegl_param_spec_seed ("seed", _ ("Seed"),
                            _ ("Another picture for each number"),
                            DM_PROP_FLAGS));

  install_sampling (object_class, recommended);
  install_interval (object_class, recommended, minimum);
  if (g_type_is_a (G_TYPE_FROM_CLASS (klass), GEGL_TYPE_OPERATION_SOURCE))
    {
      install_fit (object_class, config);
      install_tiles (object_class, config);
      install_size (object_class, config);
      install_variation (object_class, config);
    }
  else
    {
      install_repaint (object_class);
    }

  error = gegl_param_spec_string ("error", _ ("Cannot draw"), "", FALSE, FALSE,
                                  "", DM_PROP_FLAGS);
  gegl_param_spec_set_property_key (error, "error", "true");
  gegl_param_spec_set_property_key (error, "visible", "failed");
  g_object_class_install_property (object_class, DM_PROP_ERROR, error);
  install_failed (object_class);
}
