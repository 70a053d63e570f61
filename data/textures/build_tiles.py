#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the tiles of the model "textures" from Debian packages.

  build_tiles.py PACKAGES TILES [--side 128] [--only PACKAGE,PACKAGE]

Reads sources.csv, beside this file: class, number, package, archive within it,
picture, size, turn in degrees counterclockwise, licence and holder of the
copyright. A package that is not in the folder PACKAGES is fetched with
`apt-get download` (2.9 GB in all, of Debian 12). All pictures tile seamlessly;
each becomes one square tile, TILES/CLASS/NUMBER.png. Wood is turned so that its
grain runs up and down: a network that has seen both ways draws both, here and
there on one canvas. Writes TILES/LICENSES.csv, too: who made what, to go along
with weights that are trained on the tiles. Needs python3-pil, dpkg-deb and tar.
"""
import argparse
import csv
import glob
import io
import os
import subprocess
import tempfile
import zipfile

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))


def package_file(folder, package):
    found = glob.glob(os.path.join(folder, package + '_*.deb'))
    if not found:
        subprocess.check_call(['apt-get', 'download', package], cwd=folder)
        found = glob.glob(os.path.join(folder, package + '_*.deb'))
    return found[0]


def unpack(package, names, folder):
    """Only the named files of a package"""
    listed = os.path.join(folder, 'wanted')
    with open(listed, 'w', encoding='utf-8') as f:
        f.writelines('./%s\n' % name for name in names)
    with subprocess.Popen(['dpkg-deb', '--fsys-tarfile', package],
                          stdout=subprocess.PIPE) as tar:
        subprocess.check_call(['tar', 'xf', '-', '-C', folder, '-T', listed], stdin=tar.stdout)
    if tar.returncode != 0:
        raise SystemExit('%s: dpkg-deb cannot unpack it; fetch it again' % package)


def pictures(packages, rows, folder):
    """(row, content) of all rows, which are of one package"""
    package = package_file(packages, rows[0]['package'])
    archive = rows[0]['archive']
    unpack(package, [archive] if archive else [r['member'] for r in rows], folder)
    if archive:
        with zipfile.ZipFile(os.path.join(folder, archive)) as z:
            for row in rows:
                yield row, z.read(row['member'])
        return
    for row in rows:
        with open(os.path.join(folder, row['member']), 'rb') as f:
            yield row, f.read()


def make_tile(content, side, turn):
    """A square of @side, turned by so many degrees; pictures up to twice as long as
    wide are cut, others squeezed, so that the tile still wraps at least one way"""
    image = Image.open(io.BytesIO(content)).convert('RGB')
    short = min(image.size)
    if max(image.size) < 2 * short:
        image = image.crop((0, 0, short, short))
    else:
        image = image.resize((short, short), Image.BOX)
    return image.resize((side, side), Image.LANCZOS).rotate(turn)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('packages')
    parser.add_argument('tiles')
    parser.add_argument('--side', type=int, default=128)
    parser.add_argument('--only', help='packages, with commas between')
    options = parser.parse_args()
    os.makedirs(options.packages, exist_ok=True)
    with open(os.path.join(HERE, 'sources.csv'), encoding='utf-8', newline='') as f:
        rows = list(csv.DictReader(f))
    if options.only:
        rows = [r for r in rows if r['package'] in options.only.split(',')]
    for package in sorted({r['package'] for r in rows}):
        with tempfile.TemporaryDirectory() as folder:
            mine = sorted((r for r in rows if r['package'] == package),
                          key=lambda r: r['member'])
            for row, content in pictures(options.packages, mine, folder):
                parent = os.path.join(options.tiles, row['class'])
                os.makedirs(parent, exist_ok=True)
                # their profiles, where there are some, are sRGB, some of them broken
                make_tile(content, options.side, int(row['turn'])).save(
                    os.path.join(parent, row['id'] + '.png'), optimize=True, icc_profile=None)
    fields = ['class', 'id', 'package', 'member', 'licence', 'copyright']
    with open(os.path.join(options.tiles, 'LICENSES.csv'), 'w', encoding='utf-8',
              newline='') as f:
        out = csv.DictWriter(f, fields, extrasaction='ignore')
        out.writeheader()
        out.writerows(sorted(rows, key=lambda r: (r['class'], r['id'])))


if __name__ == '__main__':
    main()
