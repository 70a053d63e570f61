/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Reads @data as a weights file and uses all that it says. The name is
 * libFuzzer's: clang -fsanitize=fuzzer finds it.
 */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
