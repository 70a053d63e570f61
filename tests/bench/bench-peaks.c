/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"
#include "peak.h"

/* Enough chunks that a late worker costs little; some milliseconds in all. */
#define CHUNKS_A_WORKER 16
#define ROUNDS_A_CHUNK 40000

typedef struct
{
  DmPool *pool;
  double (*loop) (size_t n_rounds);
} Peak;

static void
run_chunk (void *data, size_t chunk, size_t worker)
{
  const Peak *self = data;

  (void) chunk;
  (void) worker;
  self->loop (ROUNDS_A_CHUNK);
}

static size_t
count_chunks (DmPool *pool)
{
  return CHUNKS_A_WORKER * dm_pool_get_n_workers (pool);
}

static void
run_peak (void *data)
{
  Peak *self = data;

  dm_pool_run (self->pool, run_chunk, self, count_chunks (self->pool));
}

/* The most that each instruction set of this processor can do. */
void
bench_add_peaks (Bench *self)
{
  static double (*const loops[DM_N_CPUS]) (size_t) = {
    [DM_CPU_BASE] = bench_peak_base,
#if defined __x86_64__
    [DM_CPU_AVX2] = bench_peak_avx2,
    [DM_CPU_AVX512] = bench_peak_avx512,
#endif
  };

  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    {
      g_autofree char *name =
          g_strconcat ("peak/", dm_cpu_get_name (cpu), NULL);
      Peak  *peak = g_new (Peak, 1);
      double flops = loops[cpu](ROUNDS_A_CHUNK);

      *peak = (Peak){ self->pool, loops[cpu] };
      bench_add (self, name, flops * (double) count_chunks (self->pool), 0.0,
                 run_peak, peak, g_free);
    }
}
