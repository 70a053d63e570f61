/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/report.h"

/* What may be made of a table, if that is asked for. */
gboolean dm_evaluate_save_nearest (DmEvaluation     *evaluation,
                                   const DmDataset  *dataset,
                                   const DmSettings *settings,
                                   double            guidance,
                                   const char       *path,
                                   GError          **error);
gboolean dm_evaluate_recommend (const DmReport *report,
                                const char     *path,
                                GError        **error);
