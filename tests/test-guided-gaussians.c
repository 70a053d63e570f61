/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gaussians-case.h"

/* Guidance on data whose classes are Gaussians, as in the paper's figure 2. */

static const Mixture *const mixtures[] = { &mixture_line, &mixture_plane };

/* --- the score ----------------------------------------------------------- */

/* log of p (xt | class)^(1 + w) p (xt)^(-w) */
static double
log_guided (const Gaussians *self, const double *xt, double logsnr)
{
  double w = self->guidance.guidance;

  return (1.0 + w) * log_density (self->mixture, self->class_id, xt, logsnr) -
         w * log_density (self->mixture, DM_CLASS_NULL, xt, logsnr);
}

/* Guided eps is -sigma times the gradient, by differences, of that log density;
 * through the library's guidance, for every prediction, at every level where xt
 * still tells classes apart.
 */
static void
test_score (void)
{
  enum
  {
    N = 16
  };

  for (size_t m = 0; m < G_N_ELEMENTS (mixtures); m++)
    for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
      for (double logsnr = -8.0; logsnr <= 8.0; logsnr += 1.0)
        {
          double    alpha = data_level (logsnr), sigma = noise_level (logsnr);
          size_t    n_dims = mixtures[m]->n_dims;
          Gaussians self;
          float     x0[N * MAX_DIMS];

          gaussians_set_up (&self, mixtures[m], 0, prediction, N);
          self.class_id = 1;
          self.guidance.guidance = 2.0;
          dm_test_random (self.x, N * n_dims, 3);
          gaussians_denoise (x0, self.x, 0.5, logsnr, &self);

          for (size_t i = 0; i < N * n_dims; i++)
            {
              double eps = (self.x[i] - alpha * x0[i]) / sigma;
              double step = 1e-4, here[MAX_DIMS], high, low;

              for (size_t k = 0; k < n_dims; k++)
                here[k] = self.x[i / n_dims * n_dims + k];
              here[i % n_dims] += step;
              high = log_guided (&self, here, logsnr);
              here[i % n_dims] -= 2.0 * step;
              low = log_guided (&self, here, logsnr);

              g_assert_cmpfloat_with_epsilon (
                  eps, -sigma * (high - low) / (2.0 * step), 1e-4);
            }

          gaussians_clear (&self);
        }
}

/* --- the path ------------------------------------------------------------ */

enum
{
  N_STARTS = 24
};

/* Root mean square distance from the reference over all classes, each point
 * from the same noise.
 */
static double
get_error (Gaussians *self, const Gaussians *changes, unsigned n_steps)
{
  size_t n_dims = changes->mixture->n_dims;
  double square = 0.0;

  for (int class_id = 0; class_id < 3; class_id++)
    {
      float starts[N_STARTS * MAX_DIMS];

      gaussians_set_up (self, changes->mixture, changes->sampling.sampler,
                        changes->target.prediction, N_STARTS);
      self->class_id = class_id;
      self->guidance = changes->guidance;
      self->sampling.logsnr_first = -12.0;
      self->sampling.logsnr_last = 12.0;

      dm_test_random (self->x, N_STARTS * n_dims, 5);
      memcpy (starts, self->x, N_STARTS * n_dims * sizeof *starts);
      gaussians_run (self, n_steps);

      for (size_t i = 0; i < N_STARTS * n_dims; i += n_dims)
        {
          double from[MAX_DIMS], to[MAX_DIMS];

          for (size_t k = 0; k < n_dims; k++)
            from[k] = starts[i + k];
          reference_run (self, to, from, 600);
          for (size_t k = 0; k < n_dims; k++)
            square += pow (to[k] - self->x[i + k], 2.0);
        }

      gaussians_clear (self);
    }

  return sqrt (square / (3 * N_STARTS * n_dims));
}

/* Guided samplers follow the guided path, in the order of their theory, for
 * every prediction and strength.
 */
static void
test_path (void)
{
  static const double strengths[] = { 0.5, 2.0 };

  for (size_t m = 0; m < G_N_ELEMENTS (mixtures); m++)
    for (int sampler = DM_SAMPLER_DDIM; sampler < DM_N_SAMPLERS; sampler++)
      for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
        for (size_t i = 0; i < G_N_ELEMENTS (strengths); i++)
          {
            Gaussians self, changes = {
              .mixture = mixtures[m],
              .guidance = { .guidance = strengths[i], .start = 1.0 },
              .target = { .prediction = prediction },
              .sampling = { .sampler = sampler },
            };
            double error = get_error (&self, &changes, 100);
            double order = log2 (error / get_error (&self, &changes, 200));
            double wanted = sampler == DM_SAMPLER_DDIM ? 1.0 : 2.0;

            g_assert_cmpfloat_with_epsilon (order, wanted, 0.25);
            g_assert_cmpfloat (error, <, wanted> 1.0 ? 0.01 : 0.04);
          }
}

/* Guided in an interval of time only, the path is the one that is guided there
 * only; a step across the interval's end is of first order.
 */
static void
test_interval (void)
{
  for (int sampler = DM_SAMPLER_DDIM; sampler < DM_N_SAMPLERS; sampler++)
    {
      Gaussians self, changes = {
        .mixture = &mixture_plane,
        .guidance = { .guidance = 3.0, .start = 0.8, .end = 0.4 },
        .target = { .prediction = DM_PREDICTION_V },
        .sampling = { .sampler = sampler },
      };

      g_assert_cmpfloat (get_error (&self, &changes, 400), <, 0.015);
    }
}

/* --- figure 2 ------------------------------------------------------------ */

/* What the figure shows of a class: how far its mean has moved away from the
 * other classes, and the area that it fills.
 */
typedef struct
{
  double distance, area;
} Shape;

static Shape
get_shape (const double mean[2], double xx, double xy, double yy)
{
  const double (*other)[MAX_DIMS] = mixture_plane.mean;

  return (Shape){
    hypot (mean[0] - (other[1][0] + other[2][0]) / 2.0,
           mean[1] - (other[1][1] + other[2][1]) / 2.0),
    sqrt (xx * yy - xy * xy),
  };
}

static Shape
get_sampled_shape (int sampler, int prediction, double strength)
{
  enum
  {
    N = 2000
  };
  Gaussians self;
  double    mean[2] = { 0.0 }, xx = 0.0, xy = 0.0, yy = 0.0;

  gaussians_set_up (&self, &mixture_plane, sampler, prediction, N);
  self.guidance.guidance = strength;
  self.sampling.logsnr_first = self.sampling.logsnr_last = 0.0;
  dm_test_random (self.x, 2 * N, 7);
  gaussians_run (&self, sampler <= DM_SAMPLER_DDIM ? 100 : 30);

  for (int i = 0; i < 2 * N; i++)
    mean[i % 2] += self.x[i] / N;
  for (int i = 0; i < N; i++)
    {
      double x = self.x[2 * i] - mean[0], y = self.x[2 * i + 1] - mean[1];

      xx += x * x / N;
      xy += x * y / N;
      yy += y * y / N;
    }

  gaussians_clear (&self);

  return get_shape (mean, xx, xy, yy);
}

/* The density that the figure shows, p (x | class)^(1 + w) p (x)^(-w), summed
 * over a grid.
 */
static Shape
get_density_shape (double strength)
{
  Gaussians self = { .mixture = &mixture_plane,
                     .guidance = { .guidance = strength } };
  double    sum = 0.0, mean[2] = { 0.0 }, xx = 0.0, xy = 0.0, yy = 0.0;

  for (double y = -3.0; y <= 5.0; y += 0.04)
    for (double x = -4.0; x <= 4.0; x += 0.04)
      {
        double p = exp (log_guided (&self, (double[]){ x, y }, 40.0));

        sum += p;
        mean[0] += p * x;
        mean[1] += p * y;
        xx += p * x * x;
        xy += p * x * y;
        yy += p * y * y;
      }

  mean[0] /= sum;
  mean[1] /= sum;

  return get_shape (mean, xx / sum - mean[0] * mean[0],
                    xy / sum - mean[0] * mean[1], yy / sum - mean[1] * mean[1]);
}

/* The figure's statement: as guidance grows, the guided conditionals move away
 * from the other classes and concentrate. So do the densities, and so do the
 * pictures of every sampler, from the class's own Gaussian on.
 */
static void
test_figure (void)
{
  static const double strengths[] = { 0.0, 0.5, 1.0, 2.0, 4.0 };

  for (int sampler = -1; sampler < DM_N_SAMPLERS; sampler++)
    for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
      {
        Shape before = { 0.0, INFINITY };

        for (size_t i = 0; i < G_N_ELEMENTS (strengths); i++)
          {
            Shape shape = sampler < 0 ? get_density_shape (strengths[i]) :
                                        get_sampled_shape (sampler, prediction,
                                                           strengths[i]);

            g_test_message ("%s w %g: distance %.3f area %.4f",
                            sampler < 0 ? "density" :
                                          dm_sampler_get_name (sampler),
                            strengths[i], shape.distance, shape.area);

            g_assert_cmpfloat (shape.distance, >, before.distance);
            g_assert_cmpfloat (shape.area, <, before.area);
            before = shape;

            if (i == 0)
              {
                g_assert_cmpfloat_with_epsilon (shape.distance, 0.9, 0.03);
                g_assert_cmpfloat_with_epsilon (shape.area, 0.0625, 0.005);
              }
          }
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/guided-gaussians/score", test_score);
  g_test_add_func ("/guided-gaussians/path", test_path);
  g_test_add_func ("/guided-gaussians/interval", test_interval);
  g_test_add_func ("/guided-gaussians/figure", test_figure);

  return g_test_run ();
}
