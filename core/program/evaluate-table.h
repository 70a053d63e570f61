/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/report.h"

/* The table as it grows on standard output. */
void dm_evaluate_print_header (void);
void dm_evaluate_print_row (const DmReportRow *row);
