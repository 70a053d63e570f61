/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/readers.h"

/* A class with fewer groups keeps them all to train on; of others at least one
 * group is held out, unless that were more than such a share of the class.
 */
#define FEWEST_GROUPS 5
#define LARGEST_SHARE 0.25

/**
 * dm_dataset_read_groups:
 * @groups: (out) (nullable): by option, or beside the data if there is such a
 * file
 *
 * Errors: those of dm_groups_read()
 */
gboolean
dm_dataset_read_groups (DmGroups              **groups,
                        const char             *path,
                        const DmDatasetOptions *options,
                        GError                **error)
{
  g_autofree char *beside = g_build_filename (path, "groups.tsv", NULL);
  const char      *file = options->alike;

  if (file == NULL && g_file_test (beside, G_FILE_TEST_EXISTS))
    file = beside;

  *groups = file != NULL ? dm_groups_read (file, error) : NULL;

  return file == NULL || *groups != NULL;
}

/* Groups by number from 0, every picture in just one. */
typedef struct
{
  DmDataset *dataset;
  guint     *of;   /* [n_images], number of its group; the dataset's */
  guint      n;    /* groups                             */
  size_t    *rank; /* [n], the order of holding them out */
  gboolean  *held; /* [n]                                */
} Groups;

/* Returns: the number of the picture's group, 0 if it is in none. */
static guint
find_group (const DmDataset *dataset, const DmGroups *groups, size_t i)
{
  size_t      source = dataset->places[i].source;
  const char *name = g_array_index (dataset->sources, DmSource, source).name;

  return dm_groups_find (groups, name);
}

static void
groups_init (Groups *self, DmDataset *dataset, const DmGroups *groups)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  size_t n = dataset->n_images;

  dataset->alike = g_new (guint, n);
  *self = (Groups){ .dataset = dataset, .of = dataset->alike };
  for (size_t i = 0; i < n; i++)
    {
      guint    group = find_group (dataset, groups, i);
      gpointer key = GUINT_TO_POINTER (group), found;

      if (group != 0 && g_hash_table_lookup_extended (seen, key, NULL, &found))
        {
          self->of[i] = GPOINTER_TO_UINT (found);
          continue;
        }
      if (group != 0)
        g_hash_table_insert (seen, key, GUINT_TO_POINTER (self->n));
      self->of[i] = self->n++;
    }

  self->held = g_new0 (gboolean, self->n);
  self->rank = g_new (size_t, self->n);
  for (guint k = 0; k < self->n; k++)
    self->rank[dm_dataset_order (self->n, 0, k)] = k;
}

static void
groups_clear (Groups *self)
{
  g_free (self->rank);
  g_free (self->held);
}

/* A group's pictures of one class. */
typedef struct
{
  guint  group;
  size_t rank, count;
} Part;

static int
compare_parts (gconstpointer a, gconstpointer b)
{
  const Part *p = a, *q = b;

  return (p->rank > q->rank) - (p->rank < q->rank);
}

/* Returns: (transfer full): of Part, in the order of holding out. */
static GArray *
list_parts (const Groups *self, const GArray *pictures)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_autoptr (GHashTable) at = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < pictures->len; i++)
    {
      guint    group = self->of[g_array_index (pictures, size_t, i)];
      gpointer found = g_hash_table_lookup (at, GUINT_TO_POINTER (group));
      Part     part = { group, self->rank[group], 1 };

      if (found != NULL)
        {
          g_array_index (parts, Part, GPOINTER_TO_UINT (found) - 1).count++;
          continue;
        }
      g_array_append_val (parts, part);
      g_hash_table_insert (at, GUINT_TO_POINTER (group),
                           GUINT_TO_POINTER (parts->len));
    }
  g_array_sort (parts, compare_parts);

  return parts;
}

/* Holds groups out as long as they fit into the share of the class. */
static void
hold_class (Groups *self, const GArray *pictures, double share)
{
  g_autoptr (GArray) parts = list_parts (self, pictures);
  gboolean    enough = parts->len >= FEWEST_GROUPS;
  size_t      wanted = (size_t) (share * pictures->len + 0.5), n_held = 0;
  const Part *smallest = NULL;

  for (guint i = 0; i < parts->len; i++)
    if (self->held[g_array_index (parts, Part, i).group])
      n_held += g_array_index (parts, Part, i).count;

  for (guint i = 0; enough && i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);

      if (self->held[part->group])
        continue;
      if (n_held + part->count <= MAX (wanted, 1))
        {
          self->held[part->group] = TRUE;
          n_held += part->count;
        }
      if (smallest == NULL || part->count < smallest->count)
        smallest = part;
    }

  if (enough && n_held == 0 && smallest->count <= LARGEST_SHARE * pictures->len)
    self->held[smallest->group] = TRUE;
}

/* Moves the pictures of groups that are held out to the end. */
static void
move_held (Groups *self)
{
  DmDataset *set = self->dataset;

  for (size_t i = set->n_images; i-- > 0;)
    if (self->held[self->of[i]])
      {
        size_t last = --set->n_images;
        guint  kept = self->of[i];

        dm_dataset_swap (set, i, last);
        self->of[i] = self->of[last];
        self->of[last] = kept;
        set->n_held_out++;
      }
}

/* Chooses groups of every class. */
static void
hold_classes (Groups *self, double share)
{
  const DmDataset    *set = self->dataset;
  g_autofree GArray **pictures = g_new (GArray *, set->n_classes);

  for (size_t c = 0; c < set->n_classes; c++)
    pictures[c] = g_array_new (FALSE, FALSE, sizeof (size_t));
  for (size_t i = 0; i < set->n_images; i++)
    g_array_append_val (pictures[set->class_id[i]], i);

  for (size_t c = 0; c < set->n_classes; c++)
    {
      hold_class (self, pictures[c], share);
      g_array_unref (pictures[c]);
    }
}

/**
 * dm_dataset_hold_out_groups:
 * @groups: of pictures by their names, which all of them have
 *
 * As dm_dataset_hold_out(), but whole groups, and some of every class that has
 * enough of them: pictures that are held out have no likeness among those that
 * are trained on. Notes which ones are alike.
 */
void
dm_dataset_hold_out_groups (DmDataset *self, const DmGroups *groups)
{
  size_t n = dm_dataset_count_to_hold_out (self);
  Groups all;

  groups_init (&all, self, groups);
  if (n > 0)
    hold_classes (&all, (double) n / (double) self->n_images);
  move_held (&all);
  groups_clear (&all);
}
