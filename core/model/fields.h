/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Members of a struct as members of a JSON object: one table reads, writes and
 * checks them.
 */
typedef enum
{
  DM_FIELD_SIZE,   /* size_t                                              */
  DM_FIELD_INT,    /* int                                                 */
  DM_FIELD_INT64,  /* gint64                                              */
  DM_FIELD_UINT64, /* guint64; a decimal string, since JSON stops at 2^63 */
  DM_FIELD_BOOL,   /* bool                                                */
  DM_FIELD_DOUBLE, /* double                                              */
  DM_FIELD_STRING  /* char *, owned, nullable; @max: bytes                */
} DmFieldType;

typedef struct
{
  const char *name;
  DmFieldType type;
  size_t      offset;
  double      min, max;
  bool        required; /* else it keeps its value where it is missing */
} DmField;

void dm_fields_write (const DmField *fields,
                      size_t         n_fields,
                      const void    *object,
                      JsonObject    *json);

gboolean dm_fields_read (const DmField *fields,
                         size_t         n_fields,
                         void          *object,
                         JsonObject    *json,
                         GError       **error);

gboolean dm_fields_check (const DmField *fields,
                          size_t         n_fields,
                          const void    *object,
                          GError       **error);

bool dm_text_is_clean (const char *text);
