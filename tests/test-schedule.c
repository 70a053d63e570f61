/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "diffusion/schedule.h"

static const DmSchedule paper = { -20.0, 20.0 };
static const DmSchedule narrow = { -9.0, 6.0 };
static const DmSchedule high = { 1.0, 20.0 };

static const DmSchedule *const schedules[] = { &paper, &narrow, &high };

/* Not even NaN is near. */
static void
assert_near (double a, double b, double tolerance)
{
  g_assert_true (fabs (a - b) <= tolerance);
}

/* The ends of the range are met to the last bit, and times beyond mean the
 * nearer end.
 */
static void
test_ends (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (schedules); i++)
    {
      const DmSchedule *schedule = schedules[i];
      double            min = schedule->logsnr_min;
      double            max = schedule->logsnr_max;

      g_assert_true (dm_schedule_get_logsnr (schedule, 0.0) == max);
      g_assert_true (dm_schedule_get_logsnr (schedule, 1.0) == min);
      g_assert_true (dm_schedule_get_logsnr (schedule, -0.1) == max);
      g_assert_true (dm_schedule_get_logsnr (schedule, 1.1) == min);
      g_assert_true (dm_schedule_get_t (schedule, max) == 0.0);
      g_assert_true (dm_schedule_get_t (schedule, min) == 1.0);
      g_assert_true (dm_schedule_get_t (schedule, 100.0) == 0.0);
      g_assert_true (dm_schedule_get_t (schedule, -100.0) == 1.0);

      assert_near (dm_schedule_get_logsnr (schedule, 1e-12), max, 1e-6);
      assert_near (dm_schedule_get_logsnr (schedule, 1.0 - 1e-12), min, 1e-6);
    }
}

/* The paper's law in long double, as it is printed there. */
static void
assert_law (const DmSchedule *schedule, double t)
{
  long double b = atanl (expl (-schedule->logsnr_max / 2.0L));
  long double a = atanl (expl (-schedule->logsnr_min / 2.0L)) - b;
  long double logsnr = -2.0L * logl (tanl (a * t + b));

  assert_near (dm_schedule_get_logsnr (schedule, t), (double) logsnr, 1e-12);
}

static void
test_law (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (schedules); i++)
    {
      for (int k = 0; k <= 1000; k++)
        assert_law (schedules[i], k / 1000.0);
      for (int k = 1; k < 100; k++)
        {
          assert_law (schedules[i], k * 1e-6);
          assert_law (schedules[i], 1.0 - k * 1e-6);
        }
    }

  assert_near (dm_schedule_get_logsnr (&paper, 0.5), 0.0, 1e-14);
}

/* Time follows log-SNR and back, up to the ends. */
static void
test_inverse (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (schedules); i++)
    {
      const DmSchedule *schedule = schedules[i];
      double range = schedule->logsnr_max - schedule->logsnr_min, before = 2.0;

      for (int k = 0; k <= 1000; k++)
        {
          double logsnr = schedule->logsnr_min + k / 1000.0 * range;
          double t = dm_schedule_get_t (schedule, logsnr);

          g_assert_true (t < before);
          before = t;
          assert_near (dm_schedule_get_logsnr (schedule, t), logsnr, 1e-10);
          assert_near (dm_schedule_get_t (schedule, dm_schedule_get_logsnr (
                                                        schedule, k / 1000.0)),
                       k / 1000.0, 1e-14);
        }
    }
}

/* For uniform t the density of log-SNR, dt/dlogsnr, is a hyperbolic secant. */
static void
test_density (void)
{
  double span = atan (exp (10.0)) - atan (exp (-10.0));

  for (double logsnr = -19.0; logsnr < 19.5; logsnr += 0.5)
    {
      double step = 1e-3;
      double density = (dm_schedule_get_t (&paper, logsnr - step) -
                        dm_schedule_get_t (&paper, logsnr + step)) /
                       (2.0 * step);
      double secant = 1.0 / (4.0 * span * cosh (0.5 * logsnr));

      assert_near (density / secant, 1.0, 1e-5);
    }
}

/* alpha and sigma keep all their digits where they are small: their ratio is
 * exp (logsnr / 2), their squares add up to 1, one is the other's mirror image,
 * and no log-SNR is too far out.
 */
static void
test_alpha_sigma (void)
{
  for (double logsnr = -60.0; logsnr <= 60.0; logsnr += 0.25)
    {
      double alpha = dm_alpha (logsnr);
      double sigma = dm_sigma (logsnr);

      assert_near (alpha / sigma / exp (0.5 * logsnr), 1.0, 1e-14);
      assert_near (alpha * alpha + sigma * sigma, 1.0, 1e-15);
      g_assert_true (alpha == dm_sigma (-logsnr));
    }

  g_assert_true (dm_alpha (1e4) == 1.0 && dm_sigma (1e4) == 0.0);
  g_assert_true (dm_alpha (-1e4) == 0.0 && dm_sigma (-1e4) == 1.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schedule/ends", test_ends);
  g_test_add_func ("/schedule/law", test_law);
  g_test_add_func ("/schedule/inverse", test_inverse);
  g_test_add_func ("/schedule/density", test_density);
  g_test_add_func ("/schedule/alpha-sigma", test_alpha_sigma);

  return g_test_run ();
}
