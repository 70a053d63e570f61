/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

/* Worker threads that share the chunks of one job.
 *
 * @chunk: 0 ... n_chunks - 1, each done once, by whoever is free
 * @worker: 0 ... n_workers - 1, never two at a time with the same number
 *          within one call of dm_pool_run(); the caller is 0
 */
typedef void (*DmPoolFunc) (void *data, size_t chunk, size_t worker);

typedef struct _DmPool DmPool;

DmPool *dm_pool_new (size_t n_workers);
void    dm_pool_free (DmPool *self);
DmPool *dm_pool_get_default (void);
size_t  dm_pool_get_n_workers (const DmPool *self);
void dm_pool_run (DmPool *self, DmPoolFunc func, void *data, size_t n_chunks);
