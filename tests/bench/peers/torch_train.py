#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""torch_train.py START DATA OUT fp32|bf16 THREADS SEED RATE [--keep] --seconds N | --images N

PyTorch's side of race.py: trains from the weights of START as our trainer does,
on the same pictures in the same order with the same noise, and prints a line of
JSON whenever it has measured the held-out loss, as our trainer's log has them.
Seconds are those of training alone: the batches are made for it, and held-out
pictures are measured, while its clock stands. OUT gets the averaged weights; with
--keep those of each line are in OUT-IMAGES, too.
"""
import argparse
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '..', '..', 'reference'))
import safetensors  # noqa: E402
import torch_worker  # noqa: E402
from draws import Lesson  # noqa: E402

# As in core/train.
WARM_UP, HOLD, EMA_LENGTH, CLIP = 10000, 0.4, 0.08, 1.0
BETAS, FLOOR, DECAY = (0.9, 0.99), 1e-8, 0.01
BATCH, P_UNCOND, HELD_OUT = 64, 0.1, 512
WAYS = ('eager', 'eager channels_last')


def get_exponent(length):
    """Of the average: the power whose relative length this is"""
    low, high = 0.0, 1e6
    for _ in range(100):
        gamma = (low + high) / 2
        if math.sqrt(gamma + 1) / ((gamma + 2) * math.sqrt(gamma + 3)) > length:
            low = gamma
        else:
            high = gamma
    return high


class Run:
    def __init__(self, options, way):
        self.options, self.way = options, way
        self.layout = torch.channels_last if 'channels_last' in way else torch.contiguous_format
        self.net = torch_worker.load(options.start).train().to(memory_format=self.layout)
        self.lesson = Lesson(options.data, self.net.config, options.seed, P_UNCOND)
        self.params = list(self.net.parameters())
        self.average = [p.detach().clone() for p in self.params]
        self.exponent = get_exponent(EMA_LENGTH)
        self.optimiser = torch.optim.AdamW(
            [{'params': [p for p in self.params if p.dim() > 1], 'weight_decay': DECAY},
             {'params': [p for p in self.params if p.dim() < 2], 'weight_decay': 0.0}],
            lr=0.0, betas=BETAS, eps=FLOOR, foreach=True)
        self.images, self.n_steps, self.seconds, self.loss = 0, 0, 0.0, 0.0

    def get_progress(self):
        o = self.options
        return min(1.0, self.seconds / o.seconds if o.seconds else self.images / o.images)

    def get_rate(self):
        progress, rate = self.get_progress(), self.options.rate
        if self.images + BATCH < WARM_UP:
            rate *= (self.images + BATCH) / WARM_UP
        if progress > HOLD:
            rate *= (1 - progress) / (1 - HOLD)
        return rate

    def look(self, batch):
        """What the network says of a batch, and what it should say"""
        xt, want, logsnr, class_id = map(torch.from_numpy, batch)
        with torch.autocast('cpu', torch.bfloat16, enabled=self.options.number == 'bf16'):
            pred = self.net(xt.to(memory_format=self.layout), logsnr, class_id)
        return F.mse_loss(pred.float(), want)

    def step(self):
        batch = self.lesson.get_batch(self.images, BATCH)
        start = time.perf_counter()
        for group in self.optimiser.param_groups:
            group['lr'] = self.get_rate()
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.look(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.params, CLIP)
        self.optimiser.step()
        self.n_steps += 1
        keep = (1 - 1 / self.n_steps) ** (self.exponent + 1)
        with torch.no_grad():
            torch._foreach_mul_(self.average, keep)
            torch._foreach_add_(self.average, [p.detach() for p in self.params], alpha=1 - keep)
        self.loss = loss.item()
        self.images += BATCH
        self.seconds += time.perf_counter() - start

    def swap(self):
        with torch.no_grad():
            for p, average in zip(self.params, self.average):
                kept = p.clone()
                p.copy_(average)
                average.copy_(kept)

    def measure_held_out(self):
        """Of the averaged weights, in full precision"""
        number, self.options.number = self.options.number, 'fp32'
        self.swap()
        with torch.no_grad():
            losses = [self.look(self.lesson.get_held_out(i, BATCH)).item()
                      for i in range(0, HELD_OUT, BATCH)]
        self.swap()
        self.options.number = number
        return sum(losses) / len(losses)

    def report(self):
        print(json.dumps({'images': self.images, 'seconds': round(self.seconds, 2),
                          'loss': self.loss, 'held_out': self.measure_held_out(),
                          'way': self.way}), flush=True)

    def save(self, path):
        metadata = safetensors.load(self.options.start)[1]
        metadata.pop('gegl-diffusion-crc32', None)
        safetensors.save(path,
                         {name: average.contiguous().numpy() for (name, _), average
                          in zip(self.net.named_parameters(), self.average)}, metadata)


def choose_way(options):
    """The fastest here, by some steps that are lost"""
    seconds = {}
    for way in WAYS:
        run = Run(options, way)
        run.step()
        run.seconds = 0.0
        for _ in range(4):
            run.step()
        seconds[way] = run.seconds
    return min(seconds, key=seconds.get)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    for name in ('start', 'data', 'output'):
        parser.add_argument(name)
    parser.add_argument('number', choices=('fp32', 'bf16'))
    parser.add_argument('threads', type=int)
    parser.add_argument('seed', type=int)
    parser.add_argument('rate', type=float)
    parser.add_argument('--keep', action='store_true', help='the model of each point')
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument('--seconds', type=float)
    length.add_argument('--images', type=int)
    parser.add_argument('--points', type=int, default=16, help='of the curve')
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    run = Run(options, choose_way(options))
    while run.get_progress() < 1.0:
        part = int(run.get_progress() * options.points)
        run.step()
        if int(run.get_progress() * options.points) > part:
            run.report()
            if options.keep:
                stem, ending = os.path.splitext(options.output)
                run.save(f'{stem}-{run.images}{ending}')
    run.save(options.output)


if __name__ == '__main__':
    main()
