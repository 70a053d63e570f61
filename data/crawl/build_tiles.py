#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pictures of 32 x 32 in class folders from a game's source.

  build_tiles.py SOURCE TILES [--heroes 2000]

SOURCE is the orig tarball of Debian's source package `crawl` (Dungeon Crawl
Stone Soup; 14 MB, `apt-get source --download-only crawl`). Each class is a
folder of TILES, its pictures 32 x 32, on a grey ground. Pictures that are
nearly empty, and copies within a class, are left out. The class hero is
composed of the game's own layers of paper dolls, by chance, always alike.
TILES/groups.tsv says which pictures are nearly the same, by their names: frames of
a movement, and what is drawn again in other colours. Needs python3-pil.
"""
import argparse
import io
import os
import random
import re
import tarfile

from PIL import Image, UnidentifiedImageError

SIDE = 32
GROUND = (112, 112, 112, 255)
FEWEST_PIXELS = 90  # that are seen, of a picture
SIGN = r'^i[_-]|brand'  # what the game lays over an item

# What pictures of one thing differ by, at the end of their names.
VARIANT = re.compile(r'(?:_|\d|black|blue|brown|cyan|gr[ae]y|green|magenta|red|white|yellow'
                     r'|dark|light)+$')

# class: folders of the game, and names that are no such pictures
CLASSES = {
    'altar': ('dngn/altars dngn/statues', None),
    'armour': ('item/armour', SIGN),
    'book': ('item/book UNUSED/books', SIGN),
    'creature': ('mon/animals mon/demons mon/dragons mon/draco mon/aberrations mon/amorphous '
                 'mon/fungi_plants mon/nonliving mon/mutantbeast mon/panlord mon/eyes',
                 r'tentacle|_segment|parts?_'),
    'floor': ('dngn/floor', r'halo|overlay|sigil|_edge|shadow'),
    'gateway': ('dngn/gateways dngn/doors dngn/shops', r'overlay'),
    'humanoid': ('mon/humanoids mon/demihumanoids mon/unique mon/angels mon/holy', None),
    'jewel': ('item/ring item/amulet', SIGN),
    'spell': ('gui/spells gui/invocations gui/abilities', SIGN),
    'tree': ('dngn/trees', None),
    'undead': ('mon/undead', None),
    'wall': ('dngn/wall', r'torch|overlay|shadow|_edge'),
    'weapon': ('item/weapon', SIGN),
}

# layers of a hero from behind to the front, and how often he wears one
LAYERS = {'cloak': .4, 'base': 1, 'boots': .6, 'legs': .5, 'body': .9, 'gloves': .3, 'hand1': .8,
          'hand2': .5, 'hair': .6, 'beard': .15, 'head': .35}


def read_picture(content):
    """None for what is no picture, or one of another size."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.convert('RGBA') if picture.size == (SIDE, SIDE) else None
    except UnidentifiedImageError:
        return None


def read_pictures(source):
    """Path below the game's tiles to picture."""
    pictures = {}
    with tarfile.open(source) as tar:
        for member in tar:
            path = member.name.partition('/rltiles/')[2]
            if path.endswith('.png') and member.isfile():
                picture = read_picture(tar.extractfile(member).read())
                if picture:
                    pictures[path] = picture
    if not pictures:
        raise SystemExit(f'{source}: no tiles in it; give the orig tarball of crawl')
    return pictures


def below(pictures, folder):
    """Those of a folder and all folders within, in the order of their paths."""
    return [path for path in sorted(pictures) if path.startswith(folder + '/')]


def is_seen(picture):
    alpha = picture.getchannel('A').histogram()
    return sum(alpha[33:]) >= FEWEST_PIXELS


def choose(pictures, folders, unwanted):
    """(path, picture) of a class."""
    known = set()
    for folder in folders.split():
        for path in below(pictures, folder):
            picture = pictures[path]
            if unwanted and re.search(unwanted, os.path.basename(path)):
                continue
            if picture.tobytes() in known or not is_seen(picture):
                continue
            known.add(picture.tobytes())
            yield path, picture


def compose(layers, rng):
    hero = Image.new('RGBA', (SIDE, SIDE))
    for name, share in LAYERS.items():
        if layers[name] and rng.random() < share:
            hero.alpha_composite(rng.choice(layers[name]))
    return hero


def save(folder, name, picture):
    tile = Image.new('RGBA', (SIDE, SIDE), GROUND)
    tile.alpha_composite(picture)
    os.makedirs(folder, exist_ok=True)
    tile.convert('RGB').save(os.path.join(folder, name + '.png'), optimize=True)


def write_groups(folder, names):
    with open(os.path.join(folder, 'groups.tsv'), 'w', encoding='utf-8') as out:
        for name in names:
            print(name + '.png', VARIANT.sub('', name), sep='\t', file=out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('source')
    parser.add_argument('tiles')
    parser.add_argument('--heroes', type=int, default=2000)
    options = parser.parse_args()

    pictures = read_pictures(options.source)
    names = []
    for name, (folders, unwanted) in CLASSES.items():
        folder = os.path.join(options.tiles, name)
        for path, picture in choose(pictures, folders, unwanted):
            nick = path[:-len('.png')].replace('/', '_')
            names.append(f'{name}/{nick}')
            save(folder, nick, picture)
    write_groups(options.tiles, names)

    layers = {name: [pictures[path] for path in below(pictures, 'player/' + name)]
              for name in LAYERS}
    rng = random.Random(1)
    for i in range(options.heroes):
        save(os.path.join(options.tiles, 'hero'), f'{i:05}', compose(layers, rng))


if __name__ == '__main__':
    main()
