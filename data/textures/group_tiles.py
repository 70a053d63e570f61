#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups tiles that are nearly the same picture: group_tiles.py TILES > groups.tsv

  group_tiles.py TILES [--threshold 0.4] [--sheet PREFIX]

Tiles are drawn again in other colours, mirrored, shifted, or cut from one
another; a model that has seen the one has seen the other. Two tiles are alike
if their lightness, without its mean and with unit energy, correlates by more
than the threshold at some offset (they wrap), mirrored or not, turned by any
quarter, in the light or in the negative. Only tiles of one class are compared.
Groups are what such pairs connect. Of a group either all tiles are to be trained
on or none.

Writes PATH<TAB>GROUP, a group being named after its first tile, in the order of
the paths. With --sheet, PREFIX-1.png ... show the groups row by row. Needs
python3-numpy and python3-pil; the threshold was chosen by looking at pairs: down
to it nearly all are the same picture in other colours or the same stones laid
otherwise.
"""
import argparse
import os
import sys

import numpy as np
from PIL import Image, ImageDraw

SIDE = 32  # lightness is compared at this size


def find_tiles(folder):
    return sorted(os.path.join(c, f) for c in os.listdir(folder)
                  if os.path.isdir(os.path.join(folder, c))
                  for f in os.listdir(os.path.join(folder, c)) if f.endswith('.png'))


def lightness(folder, path):
    image = Image.open(os.path.join(folder, path)).convert('L').resize((SIDE, SIDE), Image.BOX)
    x = np.asarray(image, np.float32)
    x = x - x.mean()
    return x / max(np.sqrt((x * x).sum()), 1e-6)


def whitened(spectra, mean_power):
    """Smooth shading that all tiles share says little: weigh it down."""
    weight = 1 / np.sqrt(mean_power)
    weight[0, 0] = 0
    out = spectra * weight
    energy = np.sqrt((np.abs(out) ** 2).sum((1, 2), keepdims=True)) / SIDE
    return (out / np.maximum(energy, 1e-6)).astype(np.complex64)


def likeness(tiles, class_of):
    """[n, n]: the largest correlation over offsets, mirrors and quarter turns, of
    tiles of one class"""
    spectra = np.fft.fft2(tiles)
    power = (np.abs(spectra) ** 2).mean(0)
    best = np.zeros((len(tiles), len(tiles)), np.float32)
    stored = whitened(spectra, power)
    for mirror in (False, True):
        for turn in range(4):
            x = np.rot90(tiles[:, :, ::-1] if mirror else tiles, turn, (1, 2))
            turned = whitened(np.fft.fft2(x), power)
            for i, c in enumerate(class_of):
                same = [j for j in range(i + 1, len(tiles)) if class_of[j] == c]
                # of real pictures: half of the spectrum is enough
                product = stored[i, :, :SIDE // 2 + 1].conj() * turned[same, :, :SIDE // 2 + 1]
                r = np.abs(np.fft.irfft2(product, (SIDE, SIDE))).max((1, 2)) if same else []
                best[i, same] = np.maximum(best[i, same], r)
    return np.maximum(best, best.T)


def connect(alike):
    """The first tile of each tile's group"""
    group = list(range(len(alike)))

    def first(i):
        while group[i] != i:
            i = group[i]
        return i
    for i, j in zip(*np.nonzero(np.triu(alike, 1))):
        a, b = first(i), first(j)
        group[max(a, b)] = min(a, b)
    return [first(i) for i in range(len(alike))]


def write_sheets(prefix, folder, tiles, group, rows=16, columns=14, side=72):
    sets = sorted({g for g in group}, key=lambda g: g)
    lines = []
    for g in sets:
        members = [i for i, other in enumerate(group) if other == g]
        for at in range(0, len(members) if len(members) > 1 else 0, columns):
            lines.append(members[at:at + columns])
    for page in range(0, len(lines), rows):
        sheet = Image.new('RGB', (columns * side, rows * (side + 10)), 'white')
        draw = ImageDraw.Draw(sheet)
        for y, members in enumerate(lines[page:page + rows]):
            for x, i in enumerate(members):
                image = Image.open(os.path.join(folder, tiles[i])).convert('RGB')
                sheet.paste(image.resize((side - 2, side - 2)), (x * side, y * (side + 10)))
                draw.text((x * side, y * (side + 10) + side - 2), tiles[i][:-4], 'black')
        sheet.save('%s-%d.png' % (prefix, page // rows + 1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('tiles')
    parser.add_argument('--threshold', type=float, default=0.4)
    parser.add_argument('--sheet')
    parser.add_argument('--likeness', help='file to keep the comparison in')
    options = parser.parse_args()
    tiles = find_tiles(options.tiles)
    if options.likeness and os.path.exists(options.likeness):
        alike = np.load(options.likeness)
    else:
        alike = likeness(np.stack([lightness(options.tiles, t) for t in tiles]),
                         [os.path.dirname(t) for t in tiles])
        if options.likeness:
            np.save(options.likeness, alike)
    group = connect(alike > options.threshold)
    for tile, g in zip(tiles, group):
        print(tile, tiles[g], sep='\t')
    if options.sheet:
        write_sheets(options.sheet, options.tiles, tiles, group)
    print('%d tiles in %d groups, %d of them alone' %
          (len(tiles), len(set(group)), sum(group.count(g) == 1 for g in set(group))),
          file=sys.stderr)


if __name__ == '__main__':
    main()
