#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges generated pictures of Fashion-MNIST by a classifier of its own.

   judge.py MODEL.safetensors [--guidance 0,1,4] [--count 100]
   judge.py --pictures DIR      pictures named as the program names them
   judge.py                     only trains the classifier

The classifier is a small network, trained here in PyTorch on the real pictures
for some minutes and kept in --cache; nothing of it comes from our trainer.
For each guidance the table says how many of the pictures it takes for their
class, how sure it is, and how different pictures of one class are from one
another, beside the same figures for the real test pictures.
"""
import argparse
import glob
import gzip
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
NICKS = ['t-shirt-top', 'trouser', 'pullover', 'dress', 'coat', 'sandal',
         'shirt', 'sneaker', 'bag', 'ankle-boot']


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    sides = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], 'big')
             for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(sides)).reshape(sides)


def read_split(folder, split):
    """Pictures [n, 1, 28, 28] in [-1, 1], labels [n]"""
    x = read_idx(os.path.join(folder, split + '-images-idx3-ubyte.gz'))
    y = read_idx(os.path.join(folder, split + '-labels-idx1-ubyte.gz'))
    return (torch.from_numpy(x.astype(np.float32))[:, None] / 127.5 - 1,
            torch.from_numpy(y.astype(np.int64)))


def convolution(c_in, c_out):
    return [nn.Conv2d(c_in, c_out, 3, padding=1), nn.BatchNorm2d(c_out), nn.ReLU()]


def make_classifier():
    return nn.Sequential(
        *convolution(1, 32), *convolution(32, 32), nn.MaxPool2d(2),
        nn.Dropout(0.1), *convolution(32, 64), *convolution(64, 64),
        nn.MaxPool2d(2), nn.Dropout(0.2), nn.Flatten(),
        nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(128, 10))


def augment(x):
    """Mirrored or not, moved by up to two pixels"""
    if torch.rand(()) < 0.5:
        x = x.flip(3)
    dy, dx = torch.randint(0, 5, (2,)).tolist()
    side = x.shape[2]
    return F.pad(x, (2, 2, 2, 2), value=-1.0)[:, :, dy:dy + side, dx:dx + side]


def train(net, x, y, epochs, batch=128):
    steps = epochs * (len(x) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    for epoch in range(epochs):
        net.train()
        start, order = time.time(), torch.randperm(len(x))
        for i in range(0, len(x) - batch + 1, batch):
            pick = order[i:i + batch]
            loss = F.cross_entropy(net(augment(x[pick])), y[pick],
                                   label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(f'epoch {epoch + 1} of {epochs}: loss {loss.item():.3f}, '
              f'{time.time() - start:.0f} s', flush=True)


def classify(net, x):
    """Probability of each class, [n, 10]"""
    net.eval()
    with torch.no_grad():
        return torch.cat([net(part).softmax(1) for part in x.split(500)])


def get_classifier(options):
    path = os.path.join(options.cache, 'classifier.pt')
    torch.manual_seed(0)
    net = make_classifier()
    if os.path.exists(path):
        net.load_state_dict(torch.load(path))
        return net
    print(f'training the classifier, once, into {path}', flush=True)
    train(net, *read_split(options.data, 'train'), options.epochs)
    os.makedirs(options.cache, exist_ok=True)
    torch.save(net.state_dict(), path)
    return net


def read_pictures(folder):
    """Class from the file's name: NICK-..., or from the folder it lies in"""
    pictures, labels = [], []
    for path in sorted(glob.glob(os.path.join(folder, '**', '*.png'),
                                 recursive=True)):
        words = os.path.relpath(path, folder)
        nicks = [i for i, nick in enumerate(NICKS)
                 if re.match(nick + r'\b', words)]
        if len(nicks) != 1:
            raise SystemExit(f'{path}: its name does not begin with a class')
        with Image.open(path) as picture:
            pictures.append(np.asarray(picture.convert('L'), np.float32))
        labels.append(nicks[0])
    if not pictures:
        raise SystemExit(f'{folder}: no PNG pictures in it')
    x = torch.from_numpy(np.stack(pictures))[:, None] / 127.5 - 1
    return x, torch.tensor(labels)


def sample(options, guidance, folder):
    os.makedirs(folder, exist_ok=True)
    subprocess.run(
        [options.program, 'sample', options.model, '--class', 'all',
         '--guidance', guidance, '--count', str(options.count),
         '--seed', str(options.seed), '-o', folder] + options.more,
        check=True, stdout=subprocess.DEVNULL)


def get_distance(x, y, n=100):
    """Mean root-mean-square difference of two pictures of one class"""
    means = []
    for k in range(10):
        flat = x[y == k][:n].flatten(1)
        if len(flat) > 1:
            pairs = F.pdist(flat) / flat.shape[1] ** 0.5
            means.append(pairs.mean().item())
    return float(np.mean(means))


def judge(net, x, y):
    p = classify(net, x)
    right = (p.argmax(1) == y).float()
    return {'n': len(x), 'accuracy': right.mean().item(),
            'certainty': p[torch.arange(len(x)), y].mean().item(),
            'distance': get_distance(x, y),
            'classes': [right[y == k].mean().item() for k in range(10)]}


def print_row(name, row):
    classes = ' '.join(f'{100 * a:4.0f}' for a in row['classes'])
    print(f"{name:>10} {row['n']:6d} {100 * row['accuracy']:8.1f} "
          f"{row['certainty']:9.3f} {row['distance']:8.3f}  {classes}",
          flush=True)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('model', nargs='?', help='weights file')
    parser.add_argument('--pictures', metavar='DIR', help='judge these instead')
    parser.add_argument('--guidance', default='0,1,4', metavar='LIST')
    parser.add_argument('--count', type=int, default=100, help='per class')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', metavar='DIR', help='keep the pictures there')
    parser.add_argument('--program', default='gegl-diffusion')
    parser.add_argument('--more', nargs=argparse.REMAINDER, default=[],
                        help='further options of “sample”')
    parser.add_argument('--data', default='/usr/share/datasets/fashion-mnist')
    parser.add_argument('--cache', default=os.path.join(ROOT, 'scratch', 'judge'))
    parser.add_argument('--epochs', type=int, default=6)
    parser.add_argument('--threads', type=int, default=1)
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    net = get_classifier(options)
    print('  guidance      n accuracy certainty distance  '
          + ' '.join(f'{nick[:4]:>4}' for nick in NICKS))
    print_row('real', judge(net, *read_split(options.data, 't10k')))
    if options.pictures:
        print_row('given', judge(net, *read_pictures(options.pictures)))
    if not options.model:
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        for guidance in options.guidance.split(','):
            folder = os.path.join(options.keep or scratch, 'w' + guidance)
            sample(options, guidance, folder)
            print_row('w = ' + guidance, judge(net, *read_pictures(folder)))
    return 0


if __name__ == '__main__':
    sys.exit(main())
