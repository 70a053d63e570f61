# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our trainer draws for each picture of a run, in NumPy: the order of the
pictures, their noise levels, noise and dropped classes; the same, so that two
programs can be trained on the same."""
import gzip
import math
import os

import numpy as np

# As in core/tensor/rng.h.
SHUFFLE, TIME, EPS, DROP = 2, 3, 4, 5
# As in core/train: pictures held out are numbered from here.
HELD_OUT_FIRST = 1 << 36
GOLDEN = 0.61803398874989485
NULL = -1  # of unet.py


def bits(seed, stream, sub, index):
    """Philox4x32-10: four words for each index"""
    low = np.uint64(0xFFFFFFFF)
    index = np.asarray(index, np.uint64)
    x = [index & low, index >> np.uint64(32), np.asarray(sub, np.uint64),
         np.uint64(stream)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a, b = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        x = [b >> np.uint64(32) ^ x[1] ^ np.uint64(key[0]), b & low,
             a >> np.uint64(32) ^ x[3] ^ np.uint64(key[1]), a & low]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF,
               (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return x


def to_uniform(word):
    return (word >> np.uint64(8)).astype(np.float32) * np.float32(2.0 ** -24)


def uniform(seed, stream, index):
    """One for each index"""
    index = np.asarray(index, np.uint64)
    words = np.stack(bits(seed, stream, 0, index // np.uint64(4)))
    lane = (index % np.uint64(4)).astype(int)
    return to_uniform(np.take_along_axis(words, lane[None], 0)[0])


def normal(seed, stream, first, n):
    """n for each of the firsts; these and n are multiples of 4"""
    blocks = np.asarray(first, np.uint64)[:, None] // np.uint64(4) \
        + np.arange(n // 4, dtype=np.uint64)
    u = [to_uniform(word) for word in bits(seed, stream, 0, blocks)]
    lanes = []
    for i in (0, 2):
        radius = np.sqrt(np.float32(-2) * np.log(np.float32(1) - u[i]))
        angle = np.float32(2 * np.float32(math.pi)) * u[i + 1]
        lanes += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.stack(lanes, -1).reshape(len(blocks), n)


def order(n, seed, picture):
    """Which of n pictures come: each epoch is a permutation, a Feistel network
    that is walked until it falls inside"""
    half = 1
    while 1 << 2 * half < n:
        half += 1
    mask, half = np.uint64((1 << half) - 1), np.uint64(half)
    picture = np.asarray(picture, np.uint64)
    epoch, x = picture // np.uint64(n), picture % np.uint64(n)
    outside = np.ones(len(x), bool)
    while outside.any():
        left, right = x[outside] >> half, x[outside] & mask
        for i in range(4):
            word = bits(seed, SHUFFLE, epoch[outside], right << np.uint64(8) | np.uint64(i))
            left, right = right, left ^ ((word[1] << np.uint64(32) | word[0]) & mask)
        x[outside] = left << half | right
        outside = x >= n
    return x.astype(int)


def get_logsnr(t, low, high):
    """The paper's schedule, from the nearer end of the angle"""
    from_clean, from_noise = math.atan(math.exp(-high / 2)), math.atan(math.exp(low / 2))
    span = math.pi / 2 - from_clean - from_noise
    angle = from_clean + t * span
    return np.where(angle <= math.pi / 4, -2 * np.log(np.tan(angle)),
                    2 * np.log(np.tan(from_noise + (1 - t) * span)))


def read_idx(folder, part, what):
    path = os.path.join(folder, f'{part}-{what}-ubyte')
    with (gzip.open(path + '.gz') if os.path.exists(path + '.gz') else open(path, 'rb')) as file:
        data = file.read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], 'big') for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


class Lesson:
    """Batches of the idx files in a folder, as our trainer draws them."""

    def __init__(self, folder, config, seed, p_uncond):
        self.sets = {part: (read_idx(folder, part, 'images-idx3'),
                            read_idx(folder, part, 'labels-idx1'))
                     for part in ('train', 't10k')}
        self.config, self.seed, self.p_uncond = config, seed, p_uncond
        if config['prediction'] not in ('v', 'eps') or config['resolution'] % 2:
            raise SystemExit('only eps and v, and pictures of even sides')

    def draw(self, part, which, number, p_uncond):
        """xt and target [n, 1, h, w], log-SNR [n], class [n]"""
        images, labels = self.sets[part]
        side = self.config['resolution']
        x0 = images[which].astype(np.float32) / np.float32(127.5) - np.float32(1)
        start = uniform(self.seed, TIME, [0]).astype(np.float64)
        t = np.fmod(start + np.fmod(number * GOLDEN, 1.0), 1.0)
        logsnr = get_logsnr(t, self.config['logsnr_min'], self.config['logsnr_max'])
        alpha, sigma = (np.sqrt(1 / (1 + np.exp(sign * logsnr))).astype(np.float32)[:, None, None]
                        for sign in (-1, 1))
        eps = normal(self.seed, EPS, number.astype(np.uint64) * np.uint64(side * side), side * side)
        eps = eps.reshape(x0.shape)
        want = eps if self.config['prediction'] == 'eps' else alpha * eps - sigma * x0
        dropped = uniform(self.seed, DROP, number).astype(np.float64) < p_uncond
        class_id = np.where(dropped, NULL, labels[which].astype(int))
        return ((alpha * x0 + sigma * eps)[:, None], want[:, None],
                logsnr.astype(np.float32), class_id)

    def get_batch(self, first, n):
        number = np.arange(first, first + n)
        which = order(len(self.sets['train'][0]), self.seed, number)
        return self.draw('train', which, number, self.p_uncond)

    def get_held_out(self, first, n):
        i = np.arange(first, first + n)
        return self.draw('t10k', i % len(self.sets['t10k'][0]), HELD_OUT_FIRST + i, 0.0)
