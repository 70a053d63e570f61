/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "tensor/terms.h"
#include "train/loss.h"

#define FLOATS 48
#define N 4096

typedef struct
{
  DmLossBatch batch;
  float      *x0;
} Drawn;

static const DmLoss law = {
  .target = { DM_PREDICTION_V, 0.5 },
  .schedule = { -20.0, 20.0 },
  .noise_spread = 1.0,
  .p_uncond = 0.2,
  .seed = 7,
};

static void
drawn_init (Drawn *self, size_t n)
{
  self->x0 = g_new (float, n *FLOATS);
  dm_test_random (self->x0, n * FLOATS, 1);
  self->batch = (DmLossBatch){
    .input = g_new (float, n *FLOATS),
    .want = g_new (float, n *FLOATS),
    .logsnr = g_new (float, n),
    .class_id = g_new (int, n),
  };
}

static void
drawn_clear (Drawn *self)
{
  g_free (self->x0);
  g_free (self->batch.input);
  g_free (self->batch.want);
  g_free (self->batch.logsnr);
  g_free (self->batch.class_id);
}

static void
draw (Drawn *self, const DmLoss *loss, size_t i, guint64 picture)
{
  self->batch.class_id[i] = 3;
  dm_loss_draw (loss, &self->batch, self->x0 + i * FLOATS, i, FLOATS, picture);
}

/* Each of the sixteenths of [0, 1] gets its share of diffusion times: over a
 * run, and nearly so over one batch, from wherever it starts.
 */
static void
test_times (void)
{
  Drawn drawn;

  drawn_init (&drawn, N);
  for (guint64 start = 0; start < 3; start++)
    {
      int of_run[16] = { 0 }, of_batch[16] = { 0 };

      for (size_t i = 0; i < N; i++)
        {
          double t;

          draw (&drawn, &law, i, start * 1000003 + i);
          t = dm_schedule_get_t (&law.schedule, drawn.batch.logsnr[i]);
          of_run[(int) (16.0 * CLAMP (t, 0.0, 0.999999))]++;
          if (i < 64)
            of_batch[(int) (16.0 * CLAMP (t, 0.0, 0.999999))]++;
        }

      for (int k = 0; k < 16; k++)
        {
          g_assert_cmpint (ABS (of_run[k] - N / 16), <=, 4);
          g_assert_cmpint (ABS (of_batch[k] - 4), <=, 2);
        }
    }
  drawn_clear (&drawn);
}

/* Moved and widened, the law keeps its shape: the log-SNR is mean + spread
 * times one of the schedule's law, within the schedule's range.
 */
static void
test_law (void)
{
  Drawn        plain, moved;
  const DmLoss narrow = {
    .target = law.target,
    .schedule = { -20.0, 20.0 },
    .noise_mean = -1.0,
    .noise_spread = 0.5,
    .seed = law.seed,
  };
  double sum = 0.0, square = 0.0;

  drawn_init (&plain, N);
  drawn_init (&moved, N);
  for (size_t i = 0; i < N; i++)
    {
      double logsnr;

      draw (&plain, &law, i, i);
      draw (&moved, &narrow, i, i);
      logsnr = moved.batch.logsnr[i];
      g_assert_cmpfloat (fabs (logsnr), <=, 20.0);
      /* but for the ends, which are cut off elsewhere */
      if (fabs (plain.batch.logsnr[i]) < 8.0)
        g_assert_cmpfloat_with_epsilon (
            logsnr, -1.0 + 0.5 * plain.batch.logsnr[i], 0.05);
      sum += logsnr + 1.0;
      square += (logsnr + 1.0) * (logsnr + 1.0);
    }

  /* of the hyperbolic secant: variance pi², here times spread² */
  g_assert_cmpfloat_with_epsilon (sum / N, 0.0, 0.02);
  g_assert_cmpfloat_with_epsilon (square / N, 0.25 * G_PI * G_PI, 0.05);
  drawn_clear (&plain);
  drawn_clear (&moved);
}

/* The network reads alpha x0 + sigma eps, with eps standard normal: found by
 * solving for eps, over all pictures.
 */
static void
test_noise (void)
{
  Drawn  drawn;
  double sum = 0.0, square = 0.0, fourth = 0.0;

  drawn_init (&drawn, N);
  for (size_t i = 0; i < N; i++)
    {
      double logsnr, alpha, sigma;

      draw (&drawn, &law, i, i);
      logsnr = drawn.batch.logsnr[i];
      alpha = dm_alpha (logsnr);
      sigma = dm_sigma (logsnr);

      for (size_t k = i * FLOATS; k < (i + 1) * FLOATS; k++)
        {
          /* v = alpha eps - sigma x0, and so, with xt, without a division: */
          double eps =
              sigma * drawn.batch.input[k] + alpha * drawn.batch.want[k];

          sum += eps;
          square += eps * eps;
          fourth += pow (eps, 4.0);
          g_assert_cmpfloat_with_epsilon (
              drawn.batch.input[k], alpha * drawn.x0[k] + sigma * eps, 1e-5);
        }
    }

  /* six standard errors of 196608 draws */
  g_assert_cmpfloat_with_epsilon (sum / (N * FLOATS), 0.0, 0.014);
  g_assert_cmpfloat_with_epsilon (square / (N * FLOATS), 1.0, 0.02);
  g_assert_cmpfloat_with_epsilon (fourth / (N * FLOATS), 3.0, 0.14);
  drawn_clear (&drawn);
}

/* What is wanted turns back into x0, whatever the network predicts. */
static void
test_targets (void)
{
  Drawn drawn;
  float x0[FLOATS], xt[FLOATS];

  drawn_init (&drawn, 64);
  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    for (size_t i = 0; i < 64; i++)
      {
        DmLoss loss = law;
        double logsnr, scale;

        loss.target.prediction = prediction;
        draw (&drawn, &loss, i, i);
        logsnr = drawn.batch.logsnr[i];
        scale = dm_target_input_scale (&loss.target, logsnr);
        if (logsnr < -6.0) /* x0 is lost in the noise */
          continue;

        for (size_t k = 0; k < FLOATS; k++)
          xt[k] = (float) (drawn.batch.input[i * FLOATS + k] / scale);
        dm_target_to_x0 (&loss.target, x0, drawn.batch.want + i * FLOATS, xt,
                         logsnr, FLOATS);
        dm_assert_near (x0, drawn.x0 + i * FLOATS, FLOATS, 2e-4);
      }
  drawn_clear (&drawn);
}

/* The share p_uncond of classes is dropped; none, or all, at its ends. */
static void
test_drop (void)
{
  static const double shares[] = { 0.0, 0.2, 1.0 };
  Drawn               drawn;

  drawn_init (&drawn, N);
  for (size_t s = 0; s < G_N_ELEMENTS (shares); s++)
    {
      DmLoss loss = law;
      int    n_dropped = 0;

      loss.p_uncond = shares[s];
      for (size_t i = 0; i < N; i++)
        {
          draw (&drawn, &loss, i, i);
          g_assert_true (drawn.batch.class_id[i] == 3 ||
                         drawn.batch.class_id[i] == DM_CLASS_NULL);
          n_dropped += drawn.batch.class_id[i] == DM_CLASS_NULL;
        }
      /* five standard errors; 0 and 1 exactly */
      g_assert_cmpfloat (fabs ((double) n_dropped / N - shares[s]), <=,
                         5.0 * sqrt (shares[s] * (1.0 - shares[s]) / N));
    }
  drawn_clear (&drawn);
}

/* Scales are dropped as classes are, but not together with them. */
static void
test_drop_scale (void)
{
  Drawn             drawn;
  g_autofree float *scale = g_new (float, N);
  int               n_dropped = 0, n_both = 0;

  drawn_init (&drawn, N);
  drawn.batch.scale = scale;
  for (size_t i = 0; i < N; i++)
    {
      gboolean is_dropped;

      scale[i] = 0.7f;
      draw (&drawn, &law, i, i);
      is_dropped = scale[i] == 0.0f;
      g_assert_true (is_dropped || scale[i] == 0.7f);
      n_dropped += is_dropped;
      n_both += is_dropped && drawn.batch.class_id[i] == DM_CLASS_NULL;
    }
  /* five standard errors */
  g_assert_cmpfloat (fabs ((double) n_dropped / N - 0.2), <=,
                     5.0 * sqrt (0.2 * 0.8 / N));
  g_assert_cmpfloat (fabs ((double) n_both / N - 0.04), <=,
                     5.0 * sqrt (0.04 * 0.96 / N));
  drawn_clear (&drawn);
}

/* A picture's draws are its own, wherever it stands in a batch. */
static void
test_place (void)
{
  Drawn a, b;

  drawn_init (&a, 8);
  drawn_init (&b, 8);
  for (size_t i = 0; i < 8; i++)
    draw (&a, &law, i, 100 + i);
  for (size_t i = 0; i < 4; i++)
    {
      dm_test_random (b.x0, 8 * FLOATS, 1);
      memmove (b.x0 + i * FLOATS, b.x0 + (4 + i) * FLOATS,
               FLOATS * sizeof *b.x0);
      draw (&b, &law, i, 104 + i);
    }

  dm_assert_same (b.batch.input, a.batch.input + 4 * FLOATS, 4 * FLOATS);
  dm_assert_same (b.batch.want, a.batch.want + 4 * FLOATS, 4 * FLOATS);
  dm_assert_same (b.batch.logsnr, a.batch.logsnr + 4, 4);
  g_assert_cmpmem (b.batch.class_id, 4 * sizeof (int), a.batch.class_id + 4,
                   4 * sizeof (int));
  drawn_clear (&a);
  drawn_clear (&b);
}

typedef struct
{
  float pred[FLOATS], want[FLOATS], dpred[FLOATS];
} Measured;

static double
measure (void *data)
{
  Measured *m = data;

  return dm_loss_measure (m->dpred, m->pred, m->want, FLOATS, 0.25);
}

/* The gradient is that of the loss; micro-batches with the scale of the whole
 * batch add up to it.
 */
static void
test_measure (void)
{
  Measured m;
  float    dpred[FLOATS], halves[FLOATS];
  double   whole, sum;

  dm_test_random (m.pred, FLOATS, 1);
  dm_test_random (m.want, FLOATS, 2);
  whole = measure (&m);
  memcpy (dpred, m.dpred, sizeof dpred);
  dm_assert_gradient (measure, &m, m.pred, dpred, FLOATS);

  sum = dm_loss_measure (halves, m.pred, m.want, FLOATS / 2, 0.25) +
        dm_loss_measure (halves + FLOATS / 2, m.pred + FLOATS / 2,
                         m.want + FLOATS / 2, FLOATS / 2, 0.25);
  g_assert_cmpfloat_with_epsilon (sum, whole, 1e-12);
  dm_assert_same (halves, dpred, FLOATS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loss/times", test_times);
  g_test_add_func ("/loss/law", test_law);
  g_test_add_func ("/loss/noise", test_noise);
  g_test_add_func ("/loss/targets", test_targets);
  g_test_add_func ("/loss/drop", test_drop);
  g_test_add_func ("/loss/drop-scale", test_drop_scale);
  g_test_add_func ("/loss/place", test_place);
  g_test_add_func ("/loss/measure", test_measure);

  return g_test_run ();
}
