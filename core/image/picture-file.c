/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/picture-file.h"

#include <gegl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <operation/gegl-operation-handlers.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <jpeglib.h>
/* after jpeglib.h, which it needs */
#include <jerror.h>

#include "image/orientation.h"
#include "tensor/error.h"

/* --- PNG ------------------------------------------------------------------ */

static guint32
read_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);

  return GUINT32_FROM_BE (value);
}

/* Every chunk is there and has the sum it says: length, type, data, sum.
 *
 * Source: PNG specification (W3C), section 5.
 */
static const char *
check_png (const guint8 *data, gsize n)
{
  for (gsize i = 8; n - i >= 12;)
    {
      guint32 length = read_u32 (data + i);

      if (length > n - i - 12)
        break;
      if (crc32_z (0, data + i + 4, 4 + length) !=
          read_u32 (data + i + 8 + length))
        return _ ("the PNG is damaged");
      if (memcmp (data + i + 4, "IEND", 4) == 0)
        return NULL;
      i += 12 + length;
    }

  return _ ("the PNG is cut short");
}

/* --- JPEG ----------------------------------------------------------------- */

/* @base first: libjpeg hands it back. */
typedef struct
{
  struct jpeg_error_mgr base;
  jmp_buf               back;
} JpegErrors;

static G_NORETURN void
jpeg_fail (j_common_ptr jpeg)
{
  longjmp (((JpegErrors *) jpeg->err)->back, 1);
}

/* Warnings that say that a part of the picture is missing or made up. */
static void
jpeg_warn (j_common_ptr jpeg, int level)
{
  int code = jpeg->err->msg_code;

  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER ||
                    code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE))
    jpeg_fail (jpeg);
}

static void
decode_jpeg (struct jpeg_decompress_struct *jpeg, const guint8 *data, gsize n)
{
  JSAMPARRAY row;

  jpeg_create_decompress (jpeg);
  jpeg_mem_src (jpeg, data, n);
  jpeg_read_header (jpeg, TRUE);
  jpeg_start_decompress (jpeg);

  row = jpeg->mem->alloc_sarray (
      (j_common_ptr) jpeg, JPOOL_IMAGE,
      jpeg->output_width * (JDIMENSION) jpeg->output_components, 1);
  while (jpeg->output_scanline < jpeg->output_height)
    jpeg_read_scanlines (jpeg, row, 1);

  jpeg_finish_decompress (jpeg);
}

/* libjpeg is asked first, with handlers that return: GEGL's end the process. */
static const char *
check_jpeg (const guint8 *data, gsize n)
{
  struct jpeg_decompress_struct jpeg = { 0 };
  JpegErrors                    errors;
  const char *volatile fault = NULL;

  jpeg.err = jpeg_std_error (&errors.base);
  errors.base.error_exit = jpeg_fail;
  errors.base.emit_message = jpeg_warn;

  if (setjmp (errors.back) == 0)
    decode_jpeg (&jpeg, data, n);
  else
    fault = _ ("the JPEG is damaged or cut short");

  jpeg_destroy_decompress (&jpeg);

  return fault;
}

/* --- all ------------------------------------------------------------------ */

/* Formats known by their first bytes, whatever the file is called. */
static const struct
{
  const char *loader;
  const char *start;
  const char *(*check) (const guint8 *data, gsize n);
} formats[] = {
  { "gegl:png-load", "\x89PNG\r\n\x1a\n", check_png },
  { "gegl:jpg-load", "\xff\xd8\xff", check_jpeg },
};

/* GEGL learns its loaders when it first looks at its operations. */
static const char *
get_loader (const char *mime)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      guint n;

      g_free (gegl_list_operations (&n));
      g_once_init_leave (&once, 1);
    }

  return gegl_operation_handlers_get_loader (mime);
}

/* The loader that GEGL has for a name of this kind, or NULL. One that is listed
 * above does not get what its first bytes deny.
 */
static const char *
find_by_name (const char *path)
{
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);
  g_autofree char *mime = g_content_type_get_mime_type (type);
  const char      *loader = NULL;

  if (mime != NULL && g_str_has_prefix (mime, "image/"))
    loader = get_loader (mime);

  for (size_t i = 0; i < G_N_ELEMENTS (formats) && loader != NULL; i++)
    if (strcmp (loader, formats[i].loader) == 0)
      return NULL;

  return loader;
}

/**
 * dm_picture_file_get_loader:
 * @orientation: (out) (optional): see dm_orientation_find()
 *
 * Errors: %DM_ERROR_FILE if the file is missing, empty, damaged as far as can
 * be told here, or no picture
 *
 * Returns: (transfer none) (nullable): the operation that reads the file
 */
const char *
dm_picture_file_get_loader (const char *path,
                            unsigned   *orientation,
                            GError    **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize       n = 0;
  const char *loader = NULL, *fault = NULL;

  if (!g_file_get_contents (path, &text, &n, &cause))
    fault = cause->message;
  else if (n == 0)
    fault = _ ("the file is empty");

  for (size_t i = 0; i < G_N_ELEMENTS (formats) && fault == NULL; i++)
    {
      gsize length = strlen (formats[i].start);

      if (n >= length && memcmp (text, formats[i].start, length) == 0)
        {
          loader = formats[i].loader;
          fault = formats[i].check ((const guint8 *) text, n);
        }
    }

  if (loader == NULL && fault == NULL)
    loader = find_by_name (path);
  if (loader == NULL && fault == NULL)
    fault = _ ("not a picture that GEGL can read");
  if (fault == NULL)
    {
      if (orientation != NULL)
        *orientation = dm_orientation_find ((const guint8 *) text, n);
      return loader;
    }

  g_set_error (error, DM_ERROR, DM_ERROR_FILE, "%s: %s", path, fault);

  return NULL;
}
