/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/evaluation.h"

/* The pictures of a row of figures: held out, or drawn. */
typedef struct
{
  gboolean drawn;

  /* how, if they are: of the settings, a table keeps what a model's file can
     recommend                                                            */
  DmSettings settings;
  double     guidance;

  DmFigures figures;
} DmReportRow;

/* What an evaluation has found. Lent but for @rows. */
typedef struct
{
  const DmEvaluationOptions *options;
  const DmSettings *settings; /* (nullable): what all rows are drawn with, if
                                 they differ in their guidance alone         */
  const char *model, *features, *data; /* as they were named */
  GArray     *rows;                    /* of DmReportRow     */
} DmReport;

gboolean dm_report_take_rows (DmReport *self, const char *path, GError **error);
const DmReportRow *dm_report_find_row (const DmReport *self, double guidance);
void               dm_report_add_row (DmReport *self, const DmReportRow *row);

char *dm_report_describe (const DmReport *self);
char *dm_report_format_table (const DmReport *self);
gboolean
dm_report_save_table (const DmReport *self, const char *path, GError **error);
gboolean
dm_report_save_plot (const DmReport *self, const char *path, GError **error);
