/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

/* Multiplies and adds in registers alone, @n_rounds times; compiled for each
 * instruction set. Returns: floating-point operations done.
 */
double bench_peak_base (size_t n_rounds);
double bench_peak_avx2 (size_t n_rounds);
double bench_peak_avx512 (size_t n_rounds);
