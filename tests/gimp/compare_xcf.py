#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare_xcf.py BEFORE.xcf AFTER.xcf [X Y WIDTH HEIGHT [SHARE]]

Files of GIMP whose first layer has one tile, at most 64 x 64 pixels: outside of
the box, or without one of what is less opaque in the first than its corner, all
pixels have the same bytes; within it a share of SHARE, else 0.6, has others.
"""
import struct
import sys

END = 0


class Reader:
    """GIMP's own format: docs "devel-docs/xcf.txt" of its source."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            self.data = file.read()
        name = self.data[9:13]
        self.version = int(name[1:]) if name.startswith(b'v') else 0
        self.at = 14

    def number(self):
        self.at += 4
        return struct.unpack_from('>I', self.data, self.at - 4)[0]

    def pointer(self):
        if self.version < 11:
            return self.number()
        return self.number() << 32 | self.number()

    def skip_properties(self):
        while True:
            kind, length = self.number(), self.number()
            self.at += length
            if kind == END:
                return

    def plane(self, n):
        """One byte of each pixel, with runs of equal ones written once."""
        out = bytearray()
        while len(out) < n:
            code = self.data[self.at]
            length = code + 1 if code < 128 else 256 - code
            self.at += 1
            if code in (127, 128):
                length, = struct.unpack_from('>H', self.data, self.at)
                self.at += 2
            if code < 128:
                out += self.data[self.at:self.at + 1] * length
                self.at += 1
            else:
                out += self.data[self.at:self.at + length]
                self.at += length
        return out


def read(path):
    """Width of the layer, bytes of a sample, and the bytes of each pixel."""
    file = Reader(path)
    file.number(), file.number(), file.number()
    precision = file.number() if file.version >= 4 else 150
    file.skip_properties()
    file.at = file.pointer()

    width, height, _ = file.number(), file.number(), file.number()
    length = file.number()  # of its name
    file.at += length
    file.skip_properties()
    file.at = file.pointer()
    _, _, size = file.number(), file.number(), file.number()
    file.at = file.pointer()
    assert (file.number(), file.number()) == (width, height)
    assert width <= 64 and height <= 64
    file.at = file.pointer()
    planes = [file.plane(width * height) for _ in range(size)]
    return width, {1: 1, 2: 2, 3: 4, 5: 2, 6: 4, 7: 8}[precision // 100], list(zip(*planes))


def main(before_path, after_path, *box):
    width, size, before = read(before_path)
    other_width, other_size, after = read(after_path)
    layouts = [(width, size, len(before), len(before[0])),
               (other_width, other_size, len(after), len(after[0]))]
    if layouts[0] != layouts[1]:
        sys.exit(f'{after_path}: {layouts[0]} has become {layouts[1]}')

    n_within = n_changed = 0
    share = float(box[4]) if len(box) > 4 else 0.6
    for i, (old, new) in enumerate(zip(before, after)):
        if box:
            left, top, w, h = map(int, box[:4])
            within = left <= i % width < left + w and top <= i // width < top + h
        else:
            within = old[-size:] != before[0][-size:]
        if old != new and not within:
            sys.exit(f'{after_path}: pixel {i % width}, {i // width} has changed')
        n_within += within
        n_changed += old != new
    if not n_within or n_changed < share * n_within:
        sys.exit(f'{after_path}: of {n_within} pixels {n_changed} have changed')


if __name__ == '__main__':
    main(*sys.argv[1:])
