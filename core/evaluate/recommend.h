/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/report.h"

const DmReportRow *dm_recommend_row (const GArray *rows);
char              *dm_recommend_describe (const DmReportRow *row);
void               dm_recommend_write (DmCard *card, const DmReportRow *row);
