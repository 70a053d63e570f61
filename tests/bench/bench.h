/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "kernels/kernels.h"
#include "tensor/pool.h"

/* Something to be timed. */
typedef struct
{
  char  *name;     /* "f4/64@32/2": kind, channels@side, pictures             */
  double flops;    /* of a run; of a convolution those of the direct way;
                      0: few beside what it reads and writes                */
  double elements; /* of a run: values that it computes; 0: see @flops     */
  void (*run) (void *data);
  void          *data;
  GDestroyNotify free;

  guint   n_repeats; /* runs of a turn     */
  GArray *seconds;   /* of a run, by turns */
} BenchCase;

typedef struct
{
  DmPool    *pool; /* NULL: one thread */
  char     **patterns;
  gboolean   only_list; /* nothing is to be run */
  GPtrArray *cases;     /* of BenchCase */
} Bench;

/* Returns: whether this case was asked for and is to be prepared; if cases are
 * only to be listed, it is listed.
 */
gboolean bench_wants (Bench *self, const char *name);

/* @data: freed by @free */
void bench_add (Bench      *self,
                const char *name,
                double      flops,
                double      elements,
                void (*run) (void *data),
                void          *data,
                GDestroyNotify free);

/* The cases, by their files. */
void     bench_add_peaks (Bench *self);
void     bench_add_kernels (Bench *self);
gboolean bench_add_networks (Bench *self, GError **error);

/* Turns: each round runs every case once. */
void bench_run (Bench *self, guint n_rounds, double seconds);
/* Of a case: 25, 50 and 75 % of its seconds a run. */
void bench_get_quartiles (const BenchCase *self, double quartiles[3]);
/* The same case's speed, GFLOP/s; 0 if it has none. */
double bench_get_speed (const BenchCase *self);

typedef struct
{
  const char *processor;
  guint       n_threads, n_rounds;
  double      others; /* cores that other programs took */
} BenchCircumstances;

void     bench_print (const Bench *self, const BenchCircumstances *around);
gboolean bench_write_json (const Bench              *self,
                           const BenchCircumstances *around,
                           const char               *path,
                           GError                  **error);
