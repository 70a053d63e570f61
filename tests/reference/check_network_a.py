#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network A at full size: PyTorch writes a weights file, our program runs it.

   check_network_a.py BUILD [--network A|B] [--config JSON]

BUILD is a build folder. Weights are random and none is zero. The largest error
of an output, beside the standard deviation of all, must stay below 1e-3. The
file is some 28 MB (B: 480 MB) and goes to a scratch folder.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

import safetensors
import unet

TOLERANCE = 1e-3


def complete(config):
    """All that DmConfig asks for"""
    return dict({'n_levels': len(config['multipliers']), 'dropout': 0.0,
                 'prediction': 'eps', 'sigma_data': 0.5, 'logsnr_min': -20.0,
                 'logsnr_max': 20.0}, **config)


def write_model(path, net):
    names = [f'class {i}' for i in range(net.config['n_classes'])]
    text = json.dumps({'format': 1, 'config': complete(net.config),
                       'card': {'class_names': names, 'title': 'reference'}})
    safetensors.save(path, {k: v.detach().numpy()
                            for k, v in net.named_parameters()},
                     {'gegl-diffusion': text})


def make_input(config, n, seed=1):
    """Like a guided step: pictures at several noise levels, classes, null"""
    torch.manual_seed(seed)
    side = config['resolution']
    class_id = torch.arange(n) % (config['n_classes'] + 1) - 1
    return (torch.randn(n, config['channels'], side, side),
            torch.linspace(-19.0, 19.0, n), class_id)


def write_input(path, xt, logsnr, class_id, **more):
    values = {'xt': xt.permute(0, 2, 3, 1), 'logsnr': logsnr,
              'class_id': class_id.float()}
    values.update((k, v.permute(0, 2, 3, 1)) for k, v in more.items())
    safetensors.save(path, {k: v.contiguous().numpy()
                            for k, v in values.items()})


def get_error(found, expected):
    """Largest error / standard deviation; NaN stays NaN"""
    return np.abs(found - expected).max() / expected.std()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('build', help='build folder')
    parser.add_argument('--network', choices='AB', default='A')
    parser.add_argument('--config', type=json.loads, default={},
                        metavar='JSON', help='changes to the network')
    parser.add_argument('--batch', type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)

    config = dict(getattr(unet, options.network), **options.config)
    net = unet.disturb(unet.Unet(config)).eval()
    xt, logsnr, class_id = make_input(config, options.batch)
    with torch.no_grad():
        expected = net(xt, logsnr, class_id).permute(0, 2, 3, 1).numpy()

    with tempfile.TemporaryDirectory() as scratch:
        paths = [os.path.join(scratch, name + '.safetensors')
                 for name in ('model', 'in', 'out')]
        write_model(paths[0], net)
        write_input(paths[1], xt, logsnr, class_id)
        subprocess.run(
            [os.path.join(options.build, 'tests', 'reference', 'run-unet')]
            + paths, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            check=True)
        found = safetensors.load(paths[2])[0]['pred']

    n_values = sum(p.numel() for p in net.parameters())
    error = get_error(found, expected)
    print(f'network {options.network}: {n_values / 1e6:.2f} million values; '
          f'output {expected.shape}, deviation {expected.std():.3f}, '
          f'largest error {error:.1e} of it')
    if not error <= TOLERANCE:
        print(f'this is more than {TOLERANCE}')
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
