/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "program/options.h"
#include "tensor/error.h"

/**
 * dm_options_refuse:
 *
 * Errors: %DM_ERROR_OPTION
 *
 * Returns: FALSE
 */
gboolean
dm_options_refuse (GError **error, const char *option, const char *value)
{
  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("--%s: “%s” cannot be used; see --help"), option, value);

  return FALSE;
}

/**
 * dm_options_check_range:
 * @value: that was given; NaN is none
 * @least, @most: are values, too; @most may be HUGE_VAL
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_options_check_range (
    const char *option, double value, double least, double most, GError **error)
{
  if (value >= least && value <= most)
    return TRUE;

  if (most == HUGE_VAL)
    g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                 _ ("--%s: %.12g cannot be used; give at least %.12g"), option,
                 value, least);
  else
    g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                 _ ("--%s: %.12g cannot be used; give %.12g to %.12g"), option,
                 value, least, most);

  return FALSE;
}

/**
 * dm_options_check_above:
 * @value: that was given; NaN is none
 * @bound: is no value itself
 * @most: is one
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_options_check_above (
    const char *option, double value, double bound, double most, GError **error)
{
  if (value > bound && value <= most)
    return TRUE;

  g_set_error (
      error, DM_ERROR, DM_ERROR_OPTION,
      _ ("--%s: %.12g cannot be used; give more than %.12g, up to %.12g"),
      option, value, bound, most);

  return FALSE;
}

/**
 * dm_options_refuse_pair:
 *
 * Errors: %DM_ERROR_OPTION
 *
 * Returns: FALSE
 */
gboolean
dm_options_refuse_pair (GError **error, const char *option, const char *other)
{
  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("--%s and --%s do not go together; leave one of them out"),
               option, other);

  return FALSE;
}
