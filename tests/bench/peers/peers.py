#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times our network against PyTorch and ONNX Runtime: same weights, same inputs,
interleaved in one run. README.md says how to read it.

   peers.py BUILD [--cases A2,A16,B2,train,busy] [--rounds 9] [--json FILE]

BUILD is an optimised build folder. ONNX Runtime is installed by npm into
--scratch, which also takes the weights (600 MB); all else is Debian's.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import warnings

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..', '..')
sys.path.insert(0, os.path.join(HERE, '..', '..', 'reference'))
import safetensors  # noqa: E402
import unet  # noqa: E402
from check_network_a import get_error, make_input, write_input, write_model  # noqa: E402

# Figures of the gate: how many times faster than the peer we have to be.
GATES = {('A2', 'ort'): 2.0, ('A16', 'ort'): 2.2, ('B2', 'ort'): 2.0,
         ('A2', 'torch fp32'): 2.5, ('A2', 'torch bf16'): 1.7,
         ('train', 'torch fp32'): 2.3, ('train', 'torch bf16'): 1.15}
BUSY_GATE = 2.5
TOLERANCE = {'ours': 1e-3, 'ort': 1e-3, 'torch bf16': 1e-1}
CASES = {'A2': ('A', 2), 'A16': ('A', 16), 'B2': ('B', 2), 'train': ('A', 32),
         'busy': ('A', 2)}


class Worker:
    """A resident program that runs the network once for each line."""

    def __init__(self, name, command, output, env=None):
        self.name, self.command, self.output = name, command, output
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, **(env or {})))
        self.way = self.answer('ready')

    def answer(self, start=''):
        line = self.process.stdout.readline()
        if not line.startswith(start) or not line:
            raise SystemExit(f'{self.name} gave up, status {self.process.wait()}: '
                             + ' '.join(self.command))
        return line[len(start):].strip()

    def run(self):
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        seconds, loss = self.answer().split()
        return float(seconds), float(loss)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# --- what is needed ----------------------------------------------------------

def install_runtime(options):
    """Folder with node_modules; the package's own scripts stay unused: its CPU
    library comes with it."""
    folder = os.path.join(options.scratch, 'onnxruntime')
    if not os.path.isdir(os.path.join(folder, 'node_modules', 'onnxruntime-node')):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(['npm', 'install', '--ignore-scripts', '--no-audit',
                        '--no-fund', '--prefix', folder, options.runtime],
                       check=True, stdout=sys.stderr)
    return os.path.join(folder, 'node_modules')


class Exported(torch.nn.Module):
    """The network with the features of the log-SNR in single precision, as
    ONNX Runtime has no cosine of doubles."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        half = net.config['width'] // 2
        self.register_buffer('frequency', (10000.0 ** (
            -torch.arange(half, dtype=torch.float64) / half)).float())
        net.embed.forward = self.embed

    def embed(self, logsnr, class_id):
        embed = self.net.embed
        angle = 25 * (20 - logsnr)[:, None] * self.frequency
        features = torch.cat([angle.cos(), angle.sin()], 1)
        row = torch.where(class_id < 0, embed.classes.num_embeddings - 1, class_id)
        h = embed.linear2(torch.nn.functional.silu(embed.linear1(features)))
        return torch.nn.functional.silu(h + embed.classes(row))

    def forward(self, xt, logsnr, class_id):
        return self.net(xt, logsnr, class_id)


def get_model(options, name):
    """Paths of the weights file and of the same network as ONNX"""
    paths = [os.path.join(options.scratch, name + ending)
             for ending in ('.safetensors', '.onnx')]
    if not all(os.path.exists(path) for path in paths):
        print(f'writing network {name}', file=sys.stderr)
        net = unet.disturb(unet.Unet(getattr(unet, name))).eval()
        write_model(paths[0], net)
        names = ['xt', 'logsnr', 'class_id']
        warnings.simplefilter('ignore')  # shapes become constants, as they are
        torch.onnx.export(
            Exported(net), make_input(net.config, 2), paths[1] + '.part',
            opset_version=16, input_names=names, output_names=['pred'],
            dynamic_axes={k: {0: 'n'} for k in names + ['pred']})
        os.rename(paths[1] + '.part', paths[1])
    return paths


def make_workers(options, case):
    """Our program first"""
    network, batch = CASES[case]
    weights, onnx = get_model(options, network)
    xt, logsnr, class_id = make_input(getattr(unet, network), batch)
    source = os.path.join(options.scratch, case + '-in.safetensors')
    more = {'want': torch.randn_like(xt)} if case == 'train' else {}
    write_input(source, xt, logsnr, class_id, **more)
    task, threads = ('train' if more else 'forward'), str(options.threads)

    def make(name, command, after, env=None):
        output = os.path.join(options.scratch, f'{case}-{name}.safetensors')
        return Worker(name, command + [source, output] + after, output, env)

    workers = [make('ours', [os.path.join(options.build, 'tests', 'reference',
                                          'run-unet'), weights],
                    ['train'] if more else [])]
    for number in ('fp32', 'bf16'):
        workers.append(make('torch ' + number,
                            [sys.executable, os.path.join(HERE, 'torch_worker.py'),
                             weights], [task, number, threads]))
    if task == 'forward':
        workers.append(make('ort', ['node', os.path.join(HERE, 'ort_worker.js'),
                                    onnx], [threads],
                            {'NODE_PATH': install_runtime(options)}))
    return workers


# --- agreement ---------------------------------------------------------------

def check_outputs(workers):
    """Of all programs against PyTorch in fp32; returns the errors"""
    preds = {w.name: safetensors.load(w.output)[0]['pred'] for w in workers}
    errors = {name: float(get_error(pred, preds['torch fp32']))
              for name, pred in preds.items() if name != 'torch fp32'}
    for name, error in errors.items():
        if not error <= TOLERANCE[name]:
            raise SystemExit(f'{name} says something else than PyTorch: '
                             f'error {error:.1e} of the deviation')
    return errors


def check_losses(losses):
    """Each program took the same number of steps from the same weights"""
    ours, theirs = losses['ours'], losses['torch fp32']
    if not np.allclose(ours, theirs, rtol=2e-3):
        raise SystemExit(f'training took another way: {ours}, PyTorch {theirs}')


# --- time --------------------------------------------------------------------

def take(worker, repeats):
    """Median of some runs after one that wakes threads and fills caches"""
    runs = [worker.run() for _ in range(repeats + 1)]
    return float(np.median([r[0] for r in runs[1:]])), [r[1] for r in runs]


def get_cpu_seconds():
    with open('/proc/stat') as file:
        user, nice, system, _, _, irq, soft, steal = map(
            int, file.readline().split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf('SC_CLK_TCK')


def get_own_seconds(workers):
    total = 0
    for worker in workers:
        with open(f'/proc/{worker.process.pid}/stat') as file:
            total += sum(map(int, file.read().rsplit(')', 1)[1].split()[11:13]))
    return total / os.sysconf('SC_CLK_TCK')


def spread(values):
    return [float(x) for x in np.percentile(values, [25, 50, 75])]


def compare(options, case):
    workers = make_workers(options, case)
    errors = check_outputs(workers)
    rows = {w.name: [] for w in workers}
    losses = {w.name: [] for w in workers}
    before = time.time(), get_cpu_seconds() - get_own_seconds(workers)
    for k in range(options.rounds):
        # begin with another one each time, so that no neighbour is favoured
        for i in range(len(workers)):
            worker = workers[(i + k) % len(workers)]
            seconds, said = take(worker, options.repeats)
            rows[worker.name].append(seconds)
            losses[worker.name] += said
    others = get_cpu_seconds() - get_own_seconds(workers) - before[1]
    others /= time.time() - before[0]
    if case == 'train':
        check_losses(losses)
    for worker in workers:
        worker.close()

    ours = np.array(rows['ours'])
    result = {'case': case, 'others': others, 'programs': []}
    for worker in workers:
        seconds = np.array(rows[worker.name])
        result['programs'].append({
            'name': worker.name, 'way': worker.way,
            'seconds': spread(seconds), 'ratio': spread(seconds / ours),
            'error': errors.get(worker.name),
            'gate': GATES.get((case, worker.name))})
    return result


def start_loops(n):
    return [subprocess.Popen([sys.executable, '-c', 'while True: pass'])
            for _ in range(n)]


def compare_busy(options, case):
    """Each program in quiet and beside two loops, in turns"""
    workers = make_workers(options, case)
    rows = {w.name: [] for w in workers}
    for _ in range(options.rounds):
        for worker in workers:
            quiet = take(worker, options.repeats)[0]
            loops = start_loops(2)
            time.sleep(0.3)
            busy = take(worker, 2 * options.repeats)[0]
            for loop in loops:
                loop.kill()
                loop.wait()
            rows[worker.name].append((quiet, busy))
    for worker in workers:
        worker.close()
    programs = []
    for worker in workers:
        quiet, busy = np.array(rows[worker.name]).T
        programs.append({'name': worker.name, 'way': worker.way,
                         'seconds': spread(quiet), 'busy': spread(busy),
                         'ratio': spread(busy / quiet),
                         'gate': BUSY_GATE if worker.name == 'ours' else None})
    return {'case': case, 'programs': programs}


# --- report ------------------------------------------------------------------

TITLES = {
    'A2': 'Network A, forward, batch 2: a guided step',
    'A16': 'Network A, forward, batch 16',
    'B2': 'Network B, forward, batch 2',
    'train': 'Network A, a step of training, batch 32, with AdamW and EMA',
    'busy': 'Network A, forward, batch 2, beside two busy loops',
}


def describe(row, is_busy):
    low, middle, high = row['ratio']
    gate = row['gate']
    if gate is None:
        verdict = ''
    else:
        passed = middle <= gate if is_busy else middle >= gate
        verdict = f'  gate {gate:g}: ' + ('reached' if passed else 'MISSED')
    error = '' if row.get('error') is None else f"  error {row['error']:.0e}"
    return (f"  {row['name']:<11} {1e3 * row['seconds'][1]:9.1f} ms  "
            f'{middle:5.2f} ({low:.2f} ... {high:.2f}){verdict}{error}'
            f"  {row['way']}")


def report(result):
    is_busy = result['case'] == 'busy'
    print(TITLES[result['case']] + (': ratio busy / quiet' if is_busy else
                                    ': ratio to ours'))
    for row in result['programs']:
        print(describe(row, is_busy))
    if not is_busy:
        print(f"  other programs took {100 * result['others']:.0f} % of a core")
    print(flush=True)


def get_processor():
    with open('/proc/cpuinfo') as file:
        for line in file:
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.machine()


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('build', help='build folder')
    parser.add_argument('--cases', default=','.join(CASES), metavar='LIST')
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--repeats', type=int, default=5,
                        help='runs of a program in each of its turns')
    parser.add_argument('--threads', type=int,
                        default=len(os.sched_getaffinity(0)), help='of the peers')
    parser.add_argument('--json', metavar='FILE')
    parser.add_argument('--scratch', default=os.path.join(ROOT, 'scratch', 'peers'))
    parser.add_argument('--runtime', default='onnxruntime-node@1.30.0',
                        metavar='PACKAGE', help='npm package of ONNX Runtime')
    options = parser.parse_args()
    unknown = set(options.cases.split(',')) - set(CASES)
    if unknown:
        parser.error(f'--cases: there is no {", ".join(unknown)}')
    for program in ('node', 'npm'):
        if not shutil.which(program):
            parser.error(f'{program} is not there: apt install nodejs npm')
    return options


def main():
    options = parse()
    os.makedirs(options.scratch, exist_ok=True)
    results = {'processor': get_processor(), 'threads': options.threads,
               'torch': torch.__version__, 'runtime': options.runtime,
               'rounds': options.rounds, 'cases': []}
    print(f"{results['processor']}, {options.threads} threads; medians of "
          f'{options.rounds} rounds, quartiles in brackets\n', flush=True)
    for case in options.cases.split(','):
        result = (compare_busy if case == 'busy' else compare)(options, case)
        report(result)
        results['cases'].append(result)
    if options.json:
        with open(options.json, 'w') as file:
            json.dump(results, file, indent=2)
            file.write('\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
