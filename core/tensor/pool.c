/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/pool.h"

#include <errno.h>
#include <glib.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long a thread looks for work before it sleeps: about 50 microseconds,
 * longer than the serial code between two jobs, shorter than a time slice that
 * somebody else could use.
 */
#define SPIN_LIMIT 2000

#define MAX_WORKERS 64

#define NO_CPU (-1)

typedef struct
{
  DmPool   *pool;
  size_t    worker;
  pthread_t thread;
  int       cpu; /* the only one it runs on, or NO_CPU */
} Worker;

/* A job is open while the low half of @ticket is below @n_chunks. The high half
 * is the number of the job. A chunk is claimed by advancing the ticket from a
 * value that was read before the job's fields: if that succeeds, the fields
 * belong to that job, since its caller changes them only after every chunk is
 * done. So a worker that comes late does no harm, and nobody waits for it.
 */
struct _DmPool
{
  size_t n_workers; /* the caller is one of them */
  Worker workers[MAX_WORKERS];

  pthread_mutex_t busy;       /* held by the caller whose job it is */
  int             caller_cpu; /* left free by the workers, or NO_CPU */

  _Alignas(64) _Atomic uint64_t ticket;
  _Atomic (DmPoolFunc) func;
  _Atomic (void *)     data;
  _Atomic uint32_t     n_chunks;

  _Alignas(64) _Atomic uint32_t n_done;
  _Atomic uint32_t caller_sleeps;

  _Alignas(64) _Atomic uint32_t job; /* what idle workers sleep on */
  _Atomic uint32_t n_sleeping;
  atomic_bool      quit;
};

static inline void
relax (void)
{
#if defined __x86_64__ || defined __i386__
  __builtin_ia32_pause ();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static void
futex_wait (_Atomic uint32_t *word, uint32_t value)
{
  syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void
futex_wake (_Atomic uint32_t *word)
{
  syscall (SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* Does chunks of the open job until none is left. */
static void
work (DmPool *self, size_t worker)
{
  uint64_t ticket = atomic_load (&self->ticket);

  for (;;)
    {
      DmPoolFunc func = atomic_load (&self->func);
      void      *data = atomic_load (&self->data);
      uint32_t   n_chunks = atomic_load (&self->n_chunks);
      uint32_t   chunk = (uint32_t) ticket;

      if (chunk >= n_chunks)
        return;

      if (!atomic_compare_exchange_weak (&self->ticket, &ticket, ticket + 1))
        continue;

      func (data, chunk, worker);

      if (atomic_fetch_add (&self->n_done, 1) + 1 == n_chunks &&
          atomic_load (&self->caller_sleeps))
        futex_wake (&self->n_done);

      ticket = atomic_load (&self->ticket);
    }
}

/* Waits for a job other than @seen. Returns: its number. */
static uint32_t
wait_for_job (DmPool *self, uint32_t seen)
{
  for (int spin = 0; spin < SPIN_LIMIT; spin++)
    {
      uint32_t job = atomic_load (&self->job);

      if (job != seen)
        return job;
      relax ();
    }

  atomic_fetch_add (&self->n_sleeping, 1);
  while (atomic_load (&self->job) == seen)
    futex_wait (&self->job, seen);
  atomic_fetch_sub (&self->n_sleeping, 1);

  return atomic_load (&self->job);
}

static void *
run_worker (void *data)
{
  Worker  *self = data;
  uint32_t job = 0;

  while (true)
    {
      job = wait_for_job (self->pool, job);
      if (atomic_load (&self->pool->quit))
        return NULL;

      work (self->pool, self->worker);
    }
}

/* Keeps a worker on one processor. Only a hint: where it is not allowed,
 * nothing is lost but speed.
 */
static void
pin (Worker *worker, int cpu)
{
  cpu_set_t one;

  CPU_ZERO (&one);
  CPU_SET (cpu, &one);
  if (pthread_setaffinity_np (worker->thread, sizeof one, &one) == 0)
    worker->cpu = cpu;
}

/* Gives each worker a processor of its own and leaves the first to callers. The
 * scheduler otherwise keeps two busy threads on one of them for seconds.
 */
static void
pin_workers (DmPool *self)
{
  cpu_set_t allowed;
  size_t    worker = 0;

  self->caller_cpu = NO_CPU;
  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0 ||
      (size_t) CPU_COUNT (&allowed) < self->n_workers)
    return;

  for (int cpu = 0; cpu < CPU_SETSIZE && worker < self->n_workers; cpu++)
    {
      if (!CPU_ISSET (cpu, &allowed))
        continue;
      if (worker == 0)
        self->caller_cpu = cpu;
      else
        pin (&self->workers[worker], cpu);
      worker++;
    }
}

/* Callers are not ours to pin. If one runs where a worker is at home, the
 * worker moves to the processor that is free.
 */
static void
make_way (DmPool *self)
{
  int cpu = sched_getcpu ();

  if (cpu == self->caller_cpu || self->caller_cpu == NO_CPU)
    return;

  for (size_t i = 1; i < self->n_workers; i++)
    if (self->workers[i].cpu == cpu)
      {
        pin (&self->workers[i], self->caller_cpu);
        self->caller_cpu = cpu;
        return;
      }
}

static size_t
count_processors (void)
{
  cpu_set_t allowed;

  if (sched_getaffinity (0, sizeof allowed, &allowed) == 0)
    return (size_t) CPU_COUNT (&allowed);

  return 1;
}

/**
 * dm_pool_new:
 * @n_workers: threads that work, the caller included; 0 for one per processor
 *
 * A thread that cannot be started is done without.
 *
 * Returns: (transfer full)
 */
DmPool *
dm_pool_new (size_t n_workers)
{
  DmPool *self = g_aligned_alloc0 (1, sizeof *self, _Alignof(DmPool));
  size_t  wanted = n_workers > 0 ? n_workers : count_processors ();

  wanted = MIN (wanted, MAX_WORKERS);
  pthread_mutex_init (&self->busy, NULL);

  for (self->n_workers = 1; self->n_workers < wanted; self->n_workers++)
    {
      Worker *worker = &self->workers[self->n_workers];

      *worker = (Worker){
        .pool = self,
        .worker = self->n_workers,
        .cpu = NO_CPU,
      };
      if (pthread_create (&worker->thread, NULL, run_worker, worker) != 0)
        break;
    }

  pin_workers (self);

  return self;
}

/**
 * dm_pool_free:
 * @self: (nullable): with no job running
 */
void
dm_pool_free (DmPool *self)
{
  if (self == NULL)
    return;

  atomic_store (&self->quit, true);
  atomic_fetch_add (&self->job, 1);
  futex_wake (&self->job);

  for (size_t i = 1; i < self->n_workers; i++)
    pthread_join (self->workers[i].thread, NULL);

  pthread_mutex_destroy (&self->busy);
  g_aligned_free (self);
}

/**
 * dm_pool_get_default:
 *
 * Returns: (transfer none): the pool of this process, with one worker per
 * processor or as many as $GEGL_DIFFUSION_THREADS says. It lives for ever.
 */
DmPool *
dm_pool_get_default (void)
{
  static gsize   once = 0;
  static DmPool *pool = NULL;

  if (g_once_init_enter (&once))
    {
      const char *text = g_getenv ("GEGL_DIFFUSION_THREADS");
      guint64     n = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;

      pool = dm_pool_new (MIN (n, MAX_WORKERS));
      g_once_init_leave (&once, 1);
    }

  return pool;
}

/**
 * dm_pool_get_n_workers:
 * @self: (nullable)
 *
 * Returns: how many worker numbers a job may see; 1 for no pool.
 */
size_t
dm_pool_get_n_workers (const DmPool *self)
{
  return self != NULL ? self->n_workers : 1;
}

static void
run_alone (DmPoolFunc func, void *data, size_t n_chunks)
{
  for (size_t chunk = 0; chunk < n_chunks; chunk++)
    func (data, chunk, 0);
}

static void
open_job (DmPool *self, DmPoolFunc func, void *data, uint32_t n_chunks)
{
  uint64_t job = (atomic_load (&self->ticket) >> 32) + 1;

  /* No chunk can be claimed until the ticket is new: the old one is at the
   * end of the old job, and @n_chunks is 0 while the fields change.
   */
  atomic_store (&self->n_chunks, 0);
  atomic_store (&self->n_done, 0);
  atomic_store (&self->func, func);
  atomic_store (&self->data, data);
  atomic_store (&self->ticket, job << 32);
  atomic_store (&self->n_chunks, n_chunks);

  atomic_fetch_add (&self->job, 1);
  if (atomic_load (&self->n_sleeping) > 0)
    futex_wake (&self->job);
}

static void
wait_until_done (DmPool *self, uint32_t n_chunks)
{
  uint32_t n_done;

  for (int spin = 0; spin < SPIN_LIMIT; spin++)
    {
      if (atomic_load (&self->n_done) == n_chunks)
        return;
      relax ();
    }

  atomic_store (&self->caller_sleeps, 1);
  while ((n_done = atomic_load (&self->n_done)) != n_chunks)
    futex_wait (&self->n_done, n_done);
  atomic_store (&self->caller_sleeps, 0);
}

/**
 * dm_pool_run:
 * @self: (nullable): without a pool the caller works alone
 * @func: does one chunk
 * @n_chunks: number of chunks
 *
 * Does all chunks and returns when they are done. May be called from any
 * thread; while another caller's job runs, the caller does its chunks alone.
 * A job must not start another one on the same pool.
 */
void
dm_pool_run (DmPool *self, DmPoolFunc func, void *data, size_t n_chunks)
{
  if (self == NULL || self->n_workers == 1 || n_chunks < 2 ||
      pthread_mutex_trylock (&self->busy) != 0)
    {
      run_alone (func, data, n_chunks);
      return;
    }

  g_assert (n_chunks < UINT32_MAX);

  make_way (self);
  open_job (self, func, data, (uint32_t) n_chunks);
  work (self, 0);
  wait_until_done (self, (uint32_t) n_chunks);

  pthread_mutex_unlock (&self->busy);
}
