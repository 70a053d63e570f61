# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes .safetensors files by the format's plain rules: 8 bytes
length, a JSON header, the numbers. For the reference scripts; float32 only on
writing, float32 and bfloat16 on reading."""
import json
import struct

import numpy as np


def save(path, tensors, metadata=None):
    """tensors: name -> numpy array; metadata: str -> str"""
    header, blobs, offset = {}, [], 0
    if metadata:
        header['__metadata__'] = metadata
    for name, value in tensors.items():
        blob = np.ascontiguousarray(value, dtype='<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(np.shape(value)),
                        'data_offsets': [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def load(path):
    """Returns (name -> float32 array, metadata)"""
    with open(path, 'rb') as file:
        data = file.read()
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop('__metadata__', {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        blob = data[8 + length + begin:8 + length + end]
        if entry['dtype'] == 'F32':
            value = np.frombuffer(blob, '<f4')
        elif entry['dtype'] == 'BF16':
            value = (np.frombuffer(blob, '<u2').astype('<u4') << 16).view('<f4')
        else:
            raise ValueError(f"{name}: {entry['dtype']} is not read here")
        tensors[name] = value.reshape(entry['shape'])
    return tensors, metadata
