#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the same network, on the same pictures, by our program and by PyTorch
for the same time, and tells how much sooner ours reaches PyTorch's last
held-out loss. README.md says how to read it.

   race.py BUILD DATA [--recipe INI] [--seconds 120] [--features FILE] [-o FOLDER]

BUILD is an optimised build folder, DATA a folder of idx files (Fashion-MNIST).
"""
import argparse
import configparser
import glob
import json
import math
import os
import subprocess
import sys
import time

import curves
from peers import get_cpu_seconds, get_processor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'reference'))
import safetensors  # noqa: E402
ROOT = os.path.join(HERE, '..', '..', '..')
# What the time that PyTorch takes has to be, of ours.
GATES = {'fp32': 2.5, 'bf16': 1.3}
# Seen the same pictures, the held-out losses are the same, but for rounding.
TOLERANCE = {'fp32': 0.001, 'bf16': 0.02}
# Of a recipe. Those of NETWORK the weights file tells.
KNOWN = {'batch': '64', 'p-uncond': '0.1', 'warm-up': '10000', 'dropout': '0',
         'mirror': 'false'}
NETWORK = {'width', 'multipliers', 'blocks', 'attention', 'head-width', 'groups', 'embedding',
           'patch', 'prediction'}
OURS = {'rate', 'seed', 'duration', 'images', 'title', 'licence', 'credits', 'no-sheets',
        'no-averages', 'no-page', 'no-evaluate'}
# FIDs are of so many models of a training, each of so many pictures in so many steps.
FID_POINTS, FID_SAMPLES, FID_STEPS = 6, 500, 8


def read_images(path):
    """The pictures that the model has seen"""
    metadata = safetensors.load(path)[1]
    return json.loads(metadata['gegl-diffusion'])['card']['images_seen']


def read_recipe(path):
    recipe = configparser.ConfigParser()
    recipe.read(path)
    train = dict(recipe['train'])
    for key, value in train.items():
        if key not in NETWORK | OURS and KNOWN.get(key) != value:
            raise SystemExit(f'{path}: {key}={value} is not what torch_train.py does')
    return train.get('seed', '1'), train.get('rate', '1e-3')


class Racers:
    """Each training starts from the same weights and returns its points."""

    def __init__(self, options):
        self.options = options
        self.seed, self.rate = read_recipe(options.recipe)
        self.start = self.path('start.safetensors')
        self.kept = None  # the model that was kept last, by its number on the disk
        self.ours('start', ['--images', '1'])

    def path(self, name):
        return os.path.join(self.options.output, name)

    def keep_model(self, name):
        """Our trainer puts each model in the place of the one before: keeps the one that is
        there now, by the pictures it has seen"""
        path, link = self.path(name + '.safetensors'), self.path(name + '.new')
        if not os.path.exists(path) or os.stat(path).st_ino == self.kept:
            return
        os.link(path, link)
        self.kept = os.stat(link).st_ino
        os.rename(link, self.path(f'{name}-{read_images(link)}.safetensors'))

    def run(self, name, command, keeps=False):
        print(f'{name}', end=' ', file=sys.stderr, flush=True)
        before, busy = time.time(), get_cpu_seconds()
        children = os.times()
        with open(self.path(name + '.txt'), 'w') as log:
            running = subprocess.Popen(command, stdout=log)
            ended = False
            while not ended:
                time.sleep(0.25)
                ended = running.poll() is not None
                if keeps:
                    self.keep_model(name)
            if running.returncode:
                raise SystemExit(f'{name} gave up: {" ".join(command)}')
        now = os.times()
        own = now.children_user + now.children_system \
            - children.children_user - children.children_system
        seconds = time.time() - before
        others = (get_cpu_seconds() - busy - own) / seconds
        print(f'{seconds:.0f} s, other programs took {100 * others:.0f} % of a core',
              file=sys.stderr, flush=True)
        return others

    def read(self, name, ending):
        with open(self.path(name + ending)) as file:
            points = [json.loads(line) for line in file if line.startswith('{')]
        return [point for point in points if point['held_out'] is not None]

    def ours(self, name, length, every=1024):
        log = self.path(name + '.json')
        for old in [log, self.path(name + '.new')] + glob.glob(self.path(name + '*.safetensors')):
            if os.path.exists(old):
                os.remove(old)
        init = ['--init', self.start] if name != 'start' else []
        others = self.run(name, [
            os.path.join(self.options.build, 'core', 'program', 'gegl-diffusion'), 'train',
            self.options.data, '--recipe', self.options.recipe, '-o',
            self.path(name + '.safetensors'), '--json-log', log, '--checkpoint-every', str(every),
            '--threads', str(self.options.threads), '--precision', 'f32',
            '--warm-up', KNOWN['warm-up'], '--dropout', KNOWN['dropout'], '--no-averages',
            '--no-evaluate', '--no-sheets', '--no-page', '--force'] + init + length,
            keeps=name != 'start' and self.options.features)
        return {'file': name, 'points': self.read(name, '.json'), 'others': others}

    def torch(self, name, number, length):
        others = self.run(name, [
            sys.executable, os.path.join(HERE, 'torch_train.py'), self.start, self.options.data,
            self.path(name + '.safetensors'), number, str(self.options.threads), self.seed,
            self.rate] + (['--keep'] if self.options.features else []) + length)
        points = self.read(name, '.txt')
        return {'file': name, 'points': points, 'others': others, 'way': points[-1]['way']}

    def measure(self, result):
        """FID, without guidance, of the last model of a training and of some before it"""
        table = self.path('fid.tsv')
        points = [point for point in result['points'] if os.path.exists(self.model(result, point))]
        if not points or points[-1] is not result['points'][-1]:
            raise SystemExit(f"{result['file']}: its last model was not kept")
        for i in range(1, FID_POINTS + 1):
            point = points[math.ceil(len(points) * i / FID_POINTS) - 1]
            if 'fid' in point:
                continue
            self.run(f"{result['file']}-{point['images']}-fid", [
                os.path.join(self.options.build, 'core', 'program', 'gegl-diffusion'), 'evaluate',
                self.model(result, point), self.options.data, '--features', self.options.features,
                '--guidance', '0', '--samples', str(FID_SAMPLES), '--steps', str(FID_STEPS),
                '--sampler', 'dpm2m', '--threads', str(self.options.threads), '-o', table])
            with open(table) as file:
                rows = [line.rstrip('\n').split('\t') for line in file if line[0] != '#']
            drawn = next(row for row in rows if row[0] == 'drawn')
            point['fid'] = float(drawn[rows[0].index('FID')])

    def model(self, result, point):
        return self.path(f"{result['file']}-{point['images']}.safetensors")


def check(racers, images):
    """Of few pictures, the same ones. Returns: ours"""
    length = ['--images', str(images)]
    ours = racers.ours('check-ours', length, images // 2)
    for number in GATES:
        theirs = racers.torch('check-' + number, number, length + ['--points', '2'])
        for a, b in zip(ours['points'], theirs['points']):
            error = abs(b['held_out'] / a['held_out'] - 1)
            print(f"after {a['images']} pictures: held-out loss {a['held_out']:.5f} ours, "
                  f"{b['held_out']:.5f} PyTorch {number}", flush=True)
            if a['images'] != b['images'] or not error <= TOLERANCE[number]:
                raise SystemExit('that is not the same training')
    return ours


def find_time(points, loss):
    """When a curve first was as low, between its points; None if never"""
    for before, after in zip(points, points[1:]):
        if after['held_out'] <= loss:
            if before['held_out'] <= loss:
                return before['seconds']
            share = (before['held_out'] - loss) / (before['held_out'] - after['held_out'])
            return before['seconds'] + share * (after['seconds'] - before['seconds'])
    return None


def compare(options, racers):
    """Each for the whole time; ours also with as little as the gates leave it"""
    first = check(racers, options.check)['points'][-1]
    every = max(64, int(first['images'] / first['seconds'] * options.seconds / 24) // 64 * 64)
    results = {}
    for number, gate in GATES.items():
        results['PyTorch ' + number] = racers.torch('torch-' + number, number,
                                                    ['--seconds', str(options.seconds)])
        less = max(1, round(options.seconds / gate))
        results[f'ours, 1/{gate:g} of the time'] = racers.ours(f'ours-{number}',
                                                               ['--duration', f'{less}s'], every)
    results['ours'] = racers.ours('ours-whole', ['--duration', f'{options.seconds}s'], every)
    return results


def report(options, results):
    ours = [result['points'] for name, result in results.items() if name.startswith('ours')]
    for name, result in results.items():
        last = result['points'][-1]
        print(f"{name:<24} {last['seconds']:7.1f} s {last['images']:8} pictures "
              f"{last['images'] / last['seconds']:7.1f}/s  held-out loss {last['held_out']:.5f}"
              f"{'  FID %.4g' % last['fid'] if 'fid' in last else ''}"
              f"  {result.get('way', '')}")
    for number, gate in GATES.items():
        last = results['PyTorch ' + number]['points'][-1]
        times = [t for t in (find_time(points, last['held_out']) for points in ours) if t]
        if not times:
            print(f'PyTorch {number}: ours never reached its loss  gate {gate:g}: MISSED')
            continue
        ratio = last['seconds'] / min(times)
        results['PyTorch ' + number]['ratio'] = ratio
        print(f"PyTorch {number}: ours reached its loss after {min(times):.1f} s, 1/{ratio:.2f} "
              f"of its time  gate {gate:g}: {'reached' if ratio >= gate else 'MISSED'}")
    print(f"other programs took {100 * max(r['others'] for r in results.values()):.0f} % of a core"
          ' at most')


def draw(path, options, results):
    panels = []
    for key, title in ('held_out', 'held-out loss'), ('fid', 'FID'):
        lines = [(name, [(p['seconds'], p[key]) for p in result['points'] if key in p],
                  name.startswith('ours,')) for name, result in results.items()]
        if all(points for _, points, _ in lines):
            panels.append((title, lines))
    curves.draw(path, f'Training on {options.threads} cores', 'seconds of training', panels)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('build', help='build folder')
    parser.add_argument('data', help='folder of idx files')
    parser.add_argument('--recipe', default=os.path.join(ROOT, 'data', 'recipes', 'fashion.ini'))
    parser.add_argument('--seconds', type=int, default=120, help='of training, for each')
    parser.add_argument('--features', metavar='FILE',
                        help='a classifier: measure FIDs over time, too')
    parser.add_argument('--check', type=int, default=1024, metavar='PICTURES',
                        help='after which the losses must agree')
    parser.add_argument('--threads', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('-o', '--output', default=os.path.join(ROOT, 'scratch', 'race'),
                        metavar='FOLDER')
    return parser.parse_args()


def main():
    options = parse()
    os.makedirs(options.output, exist_ok=True)
    print(f'{get_processor()}, {options.threads} threads, {options.seconds} s each\n', flush=True)
    racers = Racers(options)
    results = compare(options, racers)
    if options.features:
        for result in results.values():
            racers.measure(result)
    report(options, results)
    with open(racers.path('race.json'), 'w') as file:
        json.dump({'processor': get_processor(), 'threads': options.threads,
                   'seconds': options.seconds, 'results': results}, file, indent=2)
        file.write('\n')
    draw(racers.path('race.svg'), options, results)
    return 0


if __name__ == '__main__':
    sys.exit(main())
