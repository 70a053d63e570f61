#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for pictures of a model among the tiles that it was trained on.

  match_tiles.py MODEL TILES FOLDER [--guidance 1] [--count 50] [--program PROGRAM]

Draws pictures of each class, as many at each of three scales, and lays each over
all tiles of its class: at every offset (they wrap), mirrored or not, turned by any
quarter, at five sizes from a half to the whole. What counts is the largest
correlation of lightness, mean taken off, within the 64 x 64 pixels: a picture
copied out of a tile has 1 but for its noise, in whatever colour it is.

How large it gets by chance, among pictures of one material, tiles tell: as many
crops of each class are laid over the tiles of other groups (groups.tsv), which is
what a group that was held out would find. And how large it is for what is copied:
the crops are laid over their own tile, which they were cut from at not quite one
of these sizes.

Prints the shares above some thresholds, FOLDER/matches.tsv has each picture with
the tile it is most like, FOLDER/matches.png the likest of each class, picture and
place in the tile side by side. Needs python3-numpy and python3-pil; takes a quarter
of an hour on two cores.
"""
import argparse
import multiprocessing
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageDraw

from group_tiles import find_tiles

HERE = os.path.dirname(os.path.abspath(__file__))
SIDE = 64                           # of what the model draws
SIZES = (64, 80, 96, 112, 128)      # of a tile
SCALES = (0.5, 0.75, 1)             # of what is drawn
CROP_SIZES = (66, 94, 126)          # of the tiles that crops are cut from
THRESHOLDS = (0.6, 0.7, 0.8, 0.9)


def read_groups(path):
    with open(path, encoding='utf-8') as f:
        return dict(line.rstrip('\n').split('\t') for line in f)


def lightness(image):
    return np.asarray(image.convert('L'), np.float32)


def all_ways(x):
    return [np.rot90(y, turn) for y in (x, x[:, ::-1]) for turn in range(4)]


def undo_way(picture, way):
    x = np.rot90(np.asarray(picture), -(way % 4))
    return Image.fromarray(np.ascontiguousarray(x[:, ::-1] if way >= 4 else x))


TILES = {}                          # path: Tile


class Tile:
    """A tile at all sizes, ready to have pictures laid over it"""

    def __init__(self, folder, path):
        self.picture = Image.open(os.path.join(folder, path)).convert('RGB')
        self.sizes = {}

    def at(self, size):
        """Spectrum, and at every offset the root of the energy under a picture"""
        if size not in self.sizes:
            x = lightness(self.picture.resize((size, size), Image.LANCZOS))
            window = np.zeros_like(x)
            window[:SIDE, :SIDE] = 1 / SIDE ** 2
            spectrum, frame = np.fft.rfft2(x - x.mean()), np.conj(np.fft.rfft2(window))
            mean = np.fft.irfft2(spectrum * frame, x.shape)
            square = np.fft.irfft2(np.fft.rfft2((x - x.mean()) ** 2) * frame, x.shape)
            energy = SIDE * np.sqrt(np.maximum(square - mean ** 2, 1e-2))
            self.sizes[size] = spectrum.astype(np.complex64), energy.astype(np.float32)
        return self.sizes[size]

    def crop(self, size, left, top):
        picture = self.picture.resize((size, size), Image.LANCZOS)
        return Image.fromarray(np.roll(np.asarray(picture), (-top, -left), (0, 1))[:SIDE, :SIDE])


def spectra(picture):
    """{size: [8, ...]}: of a picture of unit energy without its mean, all ways"""
    x = lightness(picture)
    x = x - x.mean()
    ways = np.stack(all_ways(x / max(np.sqrt((x * x).sum()), 1e-6)))
    return {size: np.conj(np.fft.rfft2(ways, (size, size))).astype(np.complex64)
            for size in SIZES}


def match(job):
    """(correlation, path, size, left, top, way) of the best place for a picture
    among tiles"""
    picture, paths = job
    laid, best = spectra(picture), (-1, '', SIDE, 0, 0, 0)
    for path in paths:
        for size in SIZES:
            spectrum, energy = TILES[path].at(size)
            r = np.fft.irfft2(spectrum * laid[size], (size, size)) / energy
            at = int(r.argmax())
            if r.flat[at] > best[0]:
                way, top, left = np.unravel_index(at, r.shape)
                best = (float(r.flat[at]), path, size, int(left), int(top), int(way))
    return best


def match_all(jobs):
    """match() of each, on all processors"""
    with multiprocessing.Pool() as pool:
        return pool.map(match, jobs, chunksize=8)


def draw(program, model, guidance, count):
    """(class, picture) of what the model draws"""
    for seed, scale in enumerate(SCALES):
        with tempfile.TemporaryDirectory() as drawn:
            subprocess.check_call([program, 'sample', model, '--class', 'all', '--count',
                                   str(count), '--guidance', '%g' % guidance, '--scale',
                                   '%g' % scale, '--seed', str(seed), '-o', drawn],
                                  stdout=subprocess.DEVNULL)
            for name in sorted(os.listdir(drawn)):
                yield name.split('-w')[0], Image.open(os.path.join(drawn, name)).convert('RGB')


def cut(by_class, count):
    """(path, crop) of so many of each class, from all its tiles in turn"""
    rng = np.random.default_rng(0)
    for paths in by_class.values():
        for k in range(count):
            path = paths[k % len(paths)]
            size = int(rng.choice(CROP_SIZES))
            left, top = rng.integers(0, size, 2)
            yield path, TILES[path].crop(size, left, top)


def print_shares(words, found):
    r = np.array([best[0] for best in found])
    print('%-24s %5d %8.3f' % (words, len(r), np.median(r)) +
          ''.join('%8.2f %%' % (100 * (r > t).mean()) for t in THRESHOLDS), flush=True)


def save_sheet(path, drawn, found):
    """A row for each class: its likest pictures, each beside the place in a tile"""
    likest = {}
    for (name, picture), best in sorted(zip(drawn, found), key=lambda pair: -pair[1][0]):
        likest.setdefault(name, []).append((picture, best))
    sheet = Image.new('RGB', (6 * (2 * SIDE + 8), len(likest) * (SIDE + 16)), 'white')
    ink = ImageDraw.Draw(sheet)
    for y, name in enumerate(sorted(likest)):
        for x, (picture, (r, tile, size, left, top, way)) in enumerate(likest[name][:6]):
            at = (x * (2 * SIDE + 8), y * (SIDE + 16))
            sheet.paste(picture, at)
            sheet.paste(undo_way(TILES[tile].crop(size, left, top), way), (at[0] + SIDE, at[1]))
            ink.text((at[0], at[1] + SIDE + 1), '%.2f %s' % (r, tile[:-4]), 'black')
    sheet.save(path)


def save_table(path, drawn, found):
    with open(path, 'w', encoding='utf-8') as f:
        print('class', 'correlation', 'tile', 'size', 'left', 'top', 'way', sep='\t', file=f)
        for (name, _), best in zip(drawn, found):
            print(name, '%.4f' % best[0], *best[1:], sep='\t', file=f)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('model')
    parser.add_argument('tiles')
    parser.add_argument('folder')
    parser.add_argument('--guidance', type=float, default=1)
    parser.add_argument('--count', type=int, default=50, help='of each class and scale')
    parser.add_argument('--program', default='gegl-diffusion')
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    group = read_groups(os.path.join(HERE, 'groups.tsv'))
    by_class = {}
    for path in find_tiles(options.tiles):
        by_class.setdefault(os.path.dirname(path), []).append(path)
        TILES[path] = Tile(options.tiles, path)

    print('%-24s %5s %8s' % ('', 'n', 'median') +
          ''.join('%10s' % ('> %g' % t) for t in THRESHOLDS))
    crops = list(cut(by_class, options.count * len(SCALES)))
    print_shares('crops, their own tile', match_all([(crop, [path]) for path, crop in crops]))
    print_shares('crops, other groups', match_all(
        [(crop, [other for other in by_class[os.path.dirname(path)] if group[other] != group[path]])
         for path, crop in crops]))

    drawn = list(draw(options.program, options.model, options.guidance, options.count))
    found = match_all([(picture, by_class[name]) for name, picture in drawn])
    print_shares('drawn at w = %g' % options.guidance, found)
    save_table(os.path.join(options.folder, 'matches.tsv'), drawn, found)
    save_sheet(os.path.join(options.folder, 'matches.png'), drawn, found)


if __name__ == '__main__':
    main()
