#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""reorder_classes.py FROM.safetensors TO.safetensors

Writes the model again with its classes in reverse order: their names, their
numbers of images and their rows of the embedding. It draws each class as
before; only the places in the list are others.
"""
import json
import struct
import sys

KEY = 'gegl-diffusion'
ROWS = 'embed.classes.weight'


def main(source, target):
    with open(source, 'rb') as file:
        length, = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())

    about = json.loads(header['__metadata__'][KEY])
    names = about['card']['class_names']
    for field in ('class_names', 'images_per_class'):
        about['card'][field] = about['card'][field][::-1]
    header['__metadata__'][KEY] = json.dumps(about)

    begin, end = header[ROWS]['data_offsets']
    width = (end - begin) // header[ROWS]['shape'][0]
    rows = [data[begin + i * width:begin + (i + 1) * width] for i in range(len(names))]
    data[begin:begin + len(names) * width] = b''.join(rows[::-1])

    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(target, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


if __name__ == '__main__':
    main(*sys.argv[1:])
