#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: check_safetensors.py MODEL-TOOL

Weights files and the rest of the world: what we write opens by the plain rules
of the .safetensors format, values, checksum and description included; a state
dict that was written elsewhere, in another order and without our checksum,
loads. Without numpy: skipped."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

try:
    import numpy as np
except ImportError:
    print('python3-numpy is not there')
    sys.exit(77)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import safetensors  # noqa: E402  the one beside this file

CRC_KEY = 'gegl-diffusion-crc32'
SIZES = {'F32': 4, 'F16': 2, 'BF16': 2}


def check_rules(path):
    """Holds a file to the format, byte by byte. Returns its header."""
    with open(path, 'rb') as file:
        data = file.read()
    length, = struct.unpack('<Q', data[:8])
    assert length <= 100_000_000 and (8 + length) % 64 == 0
    text = data[8:8 + length]
    assert text[:1] == b'{'
    header = json.loads(text.decode('utf-8'))

    at = 0
    entries = [e for name, e in header.items() if name != '__metadata__']
    for entry in sorted(entries, key=lambda e: e['data_offsets']):
        begin, end = entry['data_offsets']
        count = int(np.prod(entry['shape'], dtype=np.int64))
        assert begin == at and end - begin == count * SIZES[entry['dtype']]
        at = end
    assert 8 + length + at == len(data)

    metadata = header['__metadata__']
    assert all(isinstance(value, str) for value in metadata.values())
    digits = metadata[CRC_KEY].encode()
    zeroed = data.replace(b'"%s":"%s"' % (CRC_KEY.encode(), digits),
                          b'"%s":"00000000"' % CRC_KEY.encode(), 1)
    assert digits == b'%08x' % zlib.crc32(zeroed)

    return header


def get_tensors(path):
    """name -> float32 array, in the order of the network"""
    with open(path, 'rb') as file:
        data = file.read()
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        begin, end = entry['data_offsets']
        blob = data[8 + length + begin:8 + length + end]
        if entry['dtype'] == 'BF16':
            value = (np.frombuffer(blob, '<u2').astype('<u4') << 16).view('<f4')
        else:
            value = np.frombuffer(
                blob, '<f4' if entry['dtype'] == 'F32' else '<f2')
        tensors[name] = value.astype('<f4').reshape(entry['shape'])
    return tensors


def check_values(tensors):
    """What tests/support/model-case.c puts into parameter i."""
    for i, (name, value) in enumerate(tensors.items()):
        known = ((i + np.arange(value.size)) % 17 - 8) / 16
        assert np.array_equal(value.reshape(-1), known), name


def check_description(metadata):
    described = json.loads(metadata['gegl-diffusion'])
    assert described['format'] == 1
    assert described['config']['embedding'] == 6
    assert described['config']['multipliers'] == [1, 2]
    assert described['card']['class_names'] == ['Große Hütte', 'b']
    assert described['card']['images_per_class'] == [3, 4]
    return described


def check_ours(tool, folder, dtype):
    path = os.path.join(folder, dtype + '.safetensors')
    subprocess.run([tool, 'make', path, dtype], check=True)
    header = check_rules(path)
    assert {entry['dtype'] for name, entry in header.items()
            if name != '__metadata__'} == {dtype.upper()}
    tensors = get_tensors(path)
    check_values(tensors)
    assert tensors['embed.classes.weight'].shape == (3, 6)
    assert tensors['down.0.block.0.conv1.weight'].shape == (4, 4, 3, 3)
    return path, tensors, check_description(header['__metadata__'])


def check_theirs(tool, folder, ours, tensors, description):
    """A state dict, reversed, with no more of a description than needed."""
    path = os.path.join(folder, 'theirs.safetensors')
    names = list(tensors)[::-1]
    least = json.dumps({'config': description['config'], 'format': 1})
    safetensors.save(path, {name: tensors[name] for name in names},
                     {'format': 'pt', 'gegl-diffusion': least})
    subprocess.run([tool, 'same', ours, path], check=True)

    again, metadata = safetensors.load(ours)
    assert all(np.array_equal(again[name], tensors[name]) for name in names)
    assert metadata['gegl-diffusion']

    # and the comparison sees a difference
    tensors[names[0]] = tensors[names[0]] + 1
    safetensors.save(path, tensors, {'gegl-diffusion': least})
    assert subprocess.run([tool, 'same', ours, path]).returncode == 1


def main():
    tool = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        for dtype in 'f16', 'bf16', 'f32':
            ours, tensors, description = check_ours(tool, folder, dtype)
        check_theirs(tool, folder, ours, tensors, description)


main()
