/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/data-report.h"

/* What a report of data says to people, in lines. */
char *dm_data_text_new (const DmDataReport *report);
