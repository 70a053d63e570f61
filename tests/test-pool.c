/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <stdatomic.h>

#include "tensor/pool.h"

#define MAX_CHUNKS 37

typedef struct
{
  size_t     n_workers;
  atomic_int done[MAX_CHUNKS];
  atomic_int busy[8];
} Job;

static void
mark (void *data, size_t chunk, size_t worker)
{
  Job *job = data;

  g_assert_cmpuint (worker, <, job->n_workers);
  g_assert_cmpint (atomic_fetch_add (&job->busy[worker], 1), ==, 0);
  atomic_fetch_add (&job->done[chunk], 1);
  atomic_fetch_sub (&job->busy[worker], 1);
}

static void
check_jobs (DmPool *pool, int n_jobs)
{
  for (int i = 0; i < n_jobs; i++)
    {
      Job    job = { .n_workers = dm_pool_get_n_workers (pool) };
      size_t n_chunks = (size_t) i % (MAX_CHUNKS + 1);

      dm_pool_run (pool, mark, &job, n_chunks);
      for (size_t chunk = 0; chunk < MAX_CHUNKS; chunk++)
        g_assert_cmpint (job.done[chunk], ==, chunk < n_chunks);
    }
}

/* Each chunk is done once, by one worker of that number at a time, for any
 * number of workers and of chunks; without a pool too.
 */
static void
test_each_chunk_once (void)
{
  check_jobs (NULL, 50);

  for (size_t n_workers = 1; n_workers <= 4; n_workers++)
    {
      DmPool *pool = dm_pool_new (n_workers);

      g_assert_cmpuint (dm_pool_get_n_workers (pool), ==, n_workers);
      check_jobs (pool, 4000);
      dm_pool_free (pool);
    }
}

/* Workers that have fallen asleep wake up. */
static void
test_after_a_pause (void)
{
  DmPool *pool = dm_pool_new (3);

  for (int i = 0; i < 20; i++)
    {
      g_usleep (2000);
      check_jobs (pool, 40);
    }

  dm_pool_free (pool);
}

static gpointer
run_caller (gpointer pool)
{
  check_jobs (pool, 4000);

  return NULL;
}

/* Two threads may use one pool at the same time. */
static void
test_two_callers (void)
{
  DmPool  *pool = dm_pool_new (3);
  GThread *other = g_thread_new ("caller", run_caller, pool);

  check_jobs (pool, 4000);
  g_thread_join (other);
  dm_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/each-chunk-once", test_each_chunk_once);
  g_test_add_func ("/pool/after-a-pause", test_after_a_pause);
  g_test_add_func ("/pool/two-callers", test_two_callers);

  return g_test_run ();
}
