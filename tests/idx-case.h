/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dataset-case.h"

/* Small sets in the format of MNIST. */

#define SIDE 5
#define PIXELS (SIDE * SIDE)
#define N_TRAIN 7
#define N_TEST 3

static inline GByteArray *
new_idx (guint32 n_dims, guint32 n)
{
  GByteArray *idx = g_byte_array_new ();
  guint32     header[] = { GUINT32_TO_BE (0x800 | n_dims), GUINT32_TO_BE (n),
                           GUINT32_TO_BE (SIDE), GUINT32_TO_BE (SIDE) };

  g_byte_array_append (idx, (guint8 *) header, 4 * (1 + n_dims));

  return idx;
}

static inline GByteArray *
new_images (guint32 n)
{
  GByteArray *idx = new_idx (3, n);

  for (guint32 i = 0; i < n * PIXELS; i++)
    g_byte_array_append (idx, (guint8[]){ (guint8) (i * 37) }, 1);

  return idx;
}

static inline GByteArray *
new_labels (guint32 n)
{
  GByteArray *idx = new_idx (1, n);

  for (guint32 i = 0; i < n; i++)
    g_byte_array_append (idx, (guint8[]){ (guint8) (i % 3) }, 1);

  return idx;
}

static inline GByteArray *
compress (const GByteArray *plain)
{
  g_autoptr (GZlibCompressor) gzip =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream =
      g_converter_output_stream_new (memory, G_CONVERTER (gzip));
  g_autoptr (GBytes) bytes = NULL;
  GByteArray *out = g_byte_array_new ();

  g_assert_true (g_output_stream_write_all (stream, plain->data, plain->len,
                                            NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  bytes =
      g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  g_byte_array_append (out, g_bytes_get_data (bytes, NULL),
                       (guint) g_bytes_get_size (bytes));

  return out;
}

static inline void
write_array (const Fixture    *self,
             const char       *stem,
             const GByteArray *plain,
             gboolean          zipped)
{
  g_autofree char *name = g_strconcat (stem, zipped ? ".gz" : "", NULL);
  g_autoptr (GByteArray) packed = zipped ? compress (plain) : NULL;
  const GByteArray *array = zipped ? packed : plain;

  write_file (self, name, array->data, array->len);
}

static inline void
write_idx (const Fixture *self, gboolean zipped, gboolean test)
{
  g_autoptr (GByteArray) images = new_images (test ? N_TEST : N_TRAIN);
  g_autoptr (GByteArray) labels = new_labels (test ? N_TEST : N_TRAIN);

  write_array (self,
               test ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte",
               images, zipped);
  write_array (self,
               test ? "t10k-labels-idx1-ubyte" : "train-labels-idx1-ubyte",
               labels, zipped);
}
