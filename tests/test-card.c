/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "model/card-json.h"
#include "model/card.h"
#include "model/config-json.h"
#include "model/json-strict.h"
#include "tensor/error.h"
#include "tensor/terms.h"

static DmCard *
make_card (const char *names)
{
  DmCard *card = dm_card_new ();

  g_strfreev (card->class_names);
  card->class_names = g_strsplit (names, "|", -1);

  return card;
}

#define FASHION                                                                \
  "T-shirt/top|Trouser|Pullover|Dress|Coat|Sandal|Shirt|Sneaker|Bag|"          \
  "Ankle boot"

/* Nicks are [a-z0-9-], no two alike, whatever the names. */
static void
test_nicks (void)
{
  static const struct
  {
    const char *names, *nicks;
  } cases[] = {
    { FASHION,
      "t-shirt-top|trouser|pullover|dress|coat|sandal|shirt|sneaker|bag|"
      "ankle-boot" },
    { "Big Dog|big  dog|BIG-DOG-2", "big-dog|big-dog-2|big-dog-2-2" },
    { "-a-|_b_|c (2)", "a|b|c-2" },
    { "été|Große Hütte|naïve", "ete|grosse-hutte|naive" },
    { "猫|犬|!", "class-0|class-1|class-2" },
    { "class-1|猫", "class-1|class-1-2" },
    { "0|1", "0|1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DmCard) card = make_card (cases[i].names);
      g_auto (GStrv) nicks = dm_card_class_nicks (card);
      g_autofree char *joined = g_strjoinv ("|", nicks);
      g_autofree char *first = dm_card_class_nick (card, 0);

      g_assert_cmpstr (joined, ==, cases[i].nicks);
      g_assert_cmpstr (first, ==, nicks[0]);
    }
}

/* Values are FNV-1a of the nick: the same whatever stands beside the class. */
static void
test_values (void)
{
  g_autoptr (DmCard) one = make_card ("foobar");
  g_autoptr (DmCard) many = make_card ("a|b|Foobar|c");
  /* two words whose sums are equal, 0xf9b7a2fc less the sign bit */
  g_autoptr (DmCard) meeting = make_card ("costarring|liquid|x");
  g_autoptr (DmCard) turned = make_card ("x|liquid|costarring");
  g_autofree int *values = dm_card_class_values (meeting);

  g_assert_cmphex (dm_card_class_value (one, 0), ==, 0xbf9cf968 & 0x7fffffff);
  g_assert_cmpint (dm_card_class_value (many, 2), ==,
                   dm_card_class_value (one, 0));

  g_assert_cmpint (values[1], ==, values[0] + 1);
  g_assert_cmpint (values[2], !=, values[1]);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (dm_card_class_value (turned, i), ==, values[2 - i]);
}

static int
find (const DmCard *card, const char *text)
{
  g_autoptr (GError) error = NULL;
  int class_id = 99;

  g_assert_true (dm_card_find_class (card, text, &class_id, &error));
  g_assert_no_error (error);

  return class_id;
}

/* A class is found by its name in any case, its nick, its index; nothing is
 * the null class; names win over indices.
 */
static void
test_find (void)
{
  g_autoptr (DmCard) fashion = make_card (FASHION);
  g_autoptr (DmCard) digits = make_card ("1|2|3|Éclair");

  g_assert_cmpint (find (fashion, "T-shirt/top"), ==, 0);
  g_assert_cmpint (find (fashion, "t-SHIRT/top"), ==, 0);
  g_assert_cmpint (find (fashion, "t-shirt-top"), ==, 0);
  g_assert_cmpint (find (fashion, " Bag "), ==, 8);
  g_assert_cmpint (find (fashion, "9"), ==, 9);
  g_assert_cmpint (find (fashion, NULL), ==, DM_CLASS_NULL);
  g_assert_cmpint (find (fashion, ""), ==, DM_CLASS_NULL);
  g_assert_cmpint (find (fashion, "Any"), ==, DM_CLASS_NULL);
  g_assert_cmpint (find (digits, "1"), ==, 0);
  g_assert_cmpint (find (digits, "0"), ==, 0);
  g_assert_cmpint (find (digits, "e\xcc\x81"
                                 "CLAIR"),
                   ==, 3);
}

/* An unknown class is refused with the classes there are. */
static void
test_unknown (void)
{
  static const char *const texts[] = { "10", "-1", "Bags", "0x1", "\xff" };
  g_autoptr (DmCard) card = make_card (FASHION);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      int class_id;

      g_assert_false (dm_card_find_class (card, texts[i], &class_id, &error));
      g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
      g_assert_nonnull (strstr (error->message, "t-shirt-top, trouser"));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* A copy has all that the card has, and none of its memory. */
static void
test_copy (void)
{
  g_autoptr (DmCard) card = make_card ("a|b");
  g_autoptr (DmCard) copy = NULL;

  card->title = g_strdup ("T");
  card->images_per_class = g_new0 (gint64, 2);
  card->images_per_class[1] = 7;
  copy = dm_card_copy (card);
  g_clear_pointer (&card, dm_card_free);

  g_assert_cmpstr (copy->title, ==, "T");
  g_assert_cmpstr (copy->class_names[1], ==, "b");
  g_assert_cmpint (copy->images_per_class[1], ==, 7);
}

static DmCard *
parse (const char *text, GError **error)
{
  g_autoptr (JsonObject) json = dm_json_parse (text, strlen (text), NULL);

  g_assert_nonnull (json);

  return dm_card_from_json (json, error);
}

/* Every field has a type and a range; names are readable and tell classes
 * apart.
 */
static void
test_refused (void)
{
  static const char *const texts[] = {
    "{\"class_names\": \"a\"}",
    "{\"class_names\": [1]}",
    "{\"class_names\": [\"\"]}",
    "{\"class_names\": [\"a\", \"a\"]}",
    "{\"class_names\": [\"a\\nb\"]}",
    "{\"class_names\": [\"\\u001b[31m\"]}",
    "{\"class_names\": [\"a\"], \"images_per_class\": [1, 2]}",
    "{\"class_names\": [\"a\"], \"images_per_class\": [-1]}",
    "{\"class_names\": [\"a\"], \"images_per_class\": [0.5]}",
    "{\"title\": 3}",
    "{\"title\": null}",
    "{\"guidance\": \"1\"}",
    "{\"guidance\": 101}",
    "{\"guidance\": 1e999}",
    "{\"n_steps\": -1}",
    "{\"n_steps\": 4294967297}",
    "{\"n_steps\": 1.5}",
    "{\"seed\": 3}",
    "{\"seed\": \"18446744073709551616\"}",
    "{\"seed\": \"-1\"}",
    "{\"p_uncond\": 1.01}",
    "{\"measured_pictures\": -1}",
    "{\"images_before\": -1}",
    "{\"measured_accuracy\": 1.5}",
    "{\"guidance_start\": 0.2, \"guidance_end\": 0.3}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DmCard) card = parse (texts[i], &error);

      if (card != NULL)
        g_error ("accepted: %s", texts[i]);
      g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
    }
}

/* How a guidance is known is told where it is known, and comes back. */
static void
test_measured (void)
{
  g_autoptr (DmCard) card = make_card ("a|b");
  g_autoptr (DmCard) found = NULL;
  g_autoptr (JsonObject) bare = dm_card_to_json (card), json = NULL;

  g_assert_false (json_object_has_member (bare, "measured_fid"));

  card->measured_pictures = 400;
  card->measured_fid = 12.5;
  card->measured_accuracy = 0.75;
  json = dm_card_to_json (card);
  found = dm_card_from_json (json, NULL);
  g_assert_nonnull (found);
  g_assert_cmpint (found->measured_pictures, ==, 400);
  g_assert_cmpfloat (found->measured_fid, ==, 12.5);
  g_assert_cmpfloat (found->measured_accuracy, ==, 0.75);
}

/* What is not said has the defaults of a new card; what is unknown, no harm. */
static void
test_sparse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmCard) card = parse ("{\"n_steps\": 7, \"hue\": {}}", &error);

  g_assert_no_error (error);
  g_assert_cmpint (card->n_steps, ==, 7);
  g_assert_true (card->guidance == 1.0 && card->guidance_start == 1.0);
  g_assert_cmpuint (dm_card_get_n_classes (card), ==, 0);
}

/* Every number is written such that it can be read again, to the last bit. */
static void
test_numbers (void)
{
  static const double numbers[] = { 0.0,  1.0,  0.1,   1e-10, 3e-5,
                                    1e11, 1e10, 2e-20, 1e12,  1.5e-9 };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (DmCard) card = make_card ("1e-5.0|\"1e+22.0|\\");
      g_autoptr (JsonObject) json = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      g_autoptr (DmCard) again = NULL;

      card->duration = numbers[i];
      json = dm_card_to_json (card);
      text = dm_json_print (json, i % 2 == 0);
      again = parse (text, &error);
      g_assert_no_error (error);
      g_assert_true (again->duration == numbers[i]);
      g_assert_true (g_strv_equal ((const char *const *) again->class_names,
                                   (const char *const *) card->class_names));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/card/nicks", test_nicks);
  g_test_add_func ("/card/values", test_values);
  g_test_add_func ("/card/find", test_find);
  g_test_add_func ("/card/unknown", test_unknown);
  g_test_add_func ("/card/copy", test_copy);
  g_test_add_func ("/card/refused", test_refused);
  g_test_add_func ("/card/sparse", test_sparse);
  g_test_add_func ("/card/measured", test_measured);
  g_test_add_func ("/card/numbers", test_numbers);

  return g_test_run ();
}
