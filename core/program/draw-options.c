/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/draw-options.h"

#include <glib/gi18n-lib.h>

#include "program/options.h"

/* No time: what the model recommends. */
void
dm_draw_options_init (DmDrawOptions *self)
{
  *self = (DmDrawOptions){
    .guidance_start = DM_OPTIONS_NOT_GIVEN,
    .guidance_end = DM_OPTIONS_NOT_GIVEN,
  };
}

void
dm_draw_options_clear (DmDrawOptions *self)
{
  g_clear_pointer (&self->guidance, g_free);
  g_clear_pointer (&self->sampler, g_free);
}

/**
 * dm_draw_options_new_table:
 * @self: (inout): where the options go
 *
 * Returns: (transfer full): they end with zeros
 */
GOptionEntry *
dm_draw_options_new_table (DmDrawOptions *self)
{
  const GOptionEntry entries[] = {
    { "guidance", 0, 0, G_OPTION_ARG_STRING, &self->guidance,
      N_ ("Guidance strengths; 0 is unguided"), "0,1,3" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed, N_ ("Of the noise"), "N" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &self->steps, N_ ("Of the sampler"),
      "N" },
    { "sampler", 0, 0, G_OPTION_ARG_STRING, &self->sampler,
      N_ ("ancestral, ddim, heun or dpm2m"), "NAME" },
    { "guidance-start", 0, 0, G_OPTION_ARG_DOUBLE, &self->guidance_start,
      N_ ("Time from which it is guided; 1 is noise"), "T" },
    { "guidance-end", 0, 0, G_OPTION_ARG_DOUBLE, &self->guidance_end,
      N_ ("Time until which it is guided; 0 is clean"), "T" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &self->threads,
      N_ ("0: one per processor"), "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return g_memdup2 (entries, sizeof entries);
}

/**
 * dm_draw_options_get_guidance:
 * @card: of the model, which recommends a strength
 *
 * Errors: %DM_ERROR_OPTION
 *
 * Returns: (transfer full) (nullable): of double, one or more
 */
GArray *
dm_draw_options_get_guidance (const DmDrawOptions *self,
                              const DmCard        *card,
                              GError             **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) words =
      g_strsplit (self->guidance != NULL ? self->guidance : "", ",", -1);

  for (size_t i = 0; words[i] != NULL; i++)
    {
      char  *end = NULL;
      double value = g_ascii_strtod (words[i], &end);

      if (end == words[i] || *end != '\0')
        {
          dm_options_refuse (error, "guidance", words[i]);
          return NULL;
        }
      if (!dm_options_check_range ("guidance", value, -1.0, 100.0, error))
        return NULL;
      g_array_append_val (list, value);
    }

  if (list->len == 0)
    g_array_append_val (list, card->guidance);

  return g_steal_pointer (&list);
}

/**
 * dm_draw_options_get_settings:
 * @settings: (out): what the model recommends but for what is given
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_draw_options_get_settings (const DmDrawOptions *self,
                              DmSettings          *settings,
                              const DmModel       *model,
                              GError             **error)
{
  dm_settings_init (settings, model);
  if (self->steps != 0)
    settings->n_steps = (unsigned) self->steps;
  if (self->guidance_start != DM_OPTIONS_NOT_GIVEN)
    settings->guidance_start = self->guidance_start;
  if (self->guidance_end != DM_OPTIONS_NOT_GIVEN)
    settings->guidance_end = self->guidance_end;

  if (!dm_options_check_range ("guidance-start", settings->guidance_start, 0, 1,
                               error) ||
      !dm_options_check_range ("guidance-end", settings->guidance_end, 0,
                               settings->guidance_start, error))
    return FALSE;

  return self->sampler == NULL ||
         dm_sampler_from_name (&settings->sampler, self->sampler) ||
         dm_options_refuse (error, "sampler", self->sampler);
}
