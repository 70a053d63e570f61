/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kernels/gemm.h"
#include "tensor/pool.h"

#define N_FOREIGN 2    /* threads that are not the pool's, as a host has them */
#define N_PRODUCTS 300 /* by each thread */
#define SIDE 256       /* of the matrices: OpenBLAS shares out smaller ones */

/* Processor time that threads which have nothing to do may show, beside the
 * half second and more that ours take.
 */
#define IDLE_SECONDS 0.05

static float a[SIDE * SIDE], b[SIDE * SIDE];

/* Numbers of all threads of this process. */
static GHashTable *
list_threads (void)
{
  GHashTable *threads =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_hash_table_add (threads, g_strdup (name));

  return threads;
}

static double
get_seconds (const char *thread)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/stat", thread);
  g_autofree char *text = NULL;
  unsigned long    user, system;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0.0; /* it has ended */

  /* the name in brackets may hold anything */
  g_assert_cmpint (sscanf (strrchr (text, ')'),
                           ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
                           "%lu %lu",
                           &user, &system),
                   ==, 2);

  return (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

static void
multiply (void)
{
  g_autofree float *c = g_new (float, SIDE *SIDE);

  for (int i = 0; i < N_PRODUCTS; i++)
    dm_gemm_nn (c, SIDE, a, SIDE, b, SIDE, SIDE, SIDE, SIDE, 1.0f, 0.0f);
}

static void
multiply_chunk (void *data, size_t chunk, size_t worker)
{
  (void) data;
  (void) chunk;
  (void) worker;
  multiply ();
}

/* One that GEGL might call us from: waits, multiplies, waits. */
static void *
run_foreign (void *data)
{
  pthread_barrier_t *barrier = data;

  pthread_barrier_wait (barrier);
  multiply ();
  pthread_barrier_wait (barrier);
  pthread_barrier_wait (barrier);

  return NULL;
}

/* Whichever threads call it, no others become busy below them. */
static void
test_no_others (void)
{
  pthread_barrier_t barrier;
  pthread_t         foreign[N_FOREIGN];
  g_autoptr (GHashTable) before = list_threads (), ours = NULL, now = NULL;
  g_autofree char *self = g_strdup_printf ("%d", (int) getpid ());
  DmPool          *pool = dm_pool_new (2);
  GHashTableIter   iter;
  gpointer         thread;
  double           others = 0.0, own = 0.0;

  pthread_barrier_init (&barrier, NULL, N_FOREIGN + 1);
  for (int i = 0; i < N_FOREIGN; i++)
    pthread_create (&foreign[i], NULL, run_foreign, &barrier);
  ours = list_threads ();

  pthread_barrier_wait (&barrier);
  dm_pool_run (pool, multiply_chunk, NULL, 4);
  multiply ();
  pthread_barrier_wait (&barrier);

  now = list_threads ();
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &thread, NULL))
    {
      gboolean is_ours = strcmp (thread, self) == 0 ||
                         (g_hash_table_contains (ours, thread) &&
                          !g_hash_table_contains (before, thread));

      *(is_ours ? &own : &others) += get_seconds (thread);
    }
  g_test_message ("%s: %u threads; ours were busy for %.2f s, others %.2f s",
                  dm_gemm_get_library (), g_hash_table_size (now), own, others);

  pthread_barrier_wait (&barrier);
  for (int i = 0; i < N_FOREIGN; i++)
    pthread_join (foreign[i], NULL);
  pthread_barrier_destroy (&barrier);
  dm_pool_free (pool);
  g_assert_cmpfloat (own, >, 0.0);
  g_assert_cmpfloat (others, <=, IDLE_SECONDS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dm_test_random (a, SIDE * SIDE, 1);
  dm_test_random (b, SIDE * SIDE, 2);

  g_test_add_func ("/blas-threads/no-others", test_no_others);

  return g_test_run ();
}
