#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes vectors/*.safetensors, against which the C code is tested.

   cd tests/reference && ./make_vectors.py

Pictures are [n, h, w, c] in the files, as in the C code. Each network file has
weights.NAME, gradient.NAME, xt, logsnr, class_id (-1: null class), pred, dpred
and dxt, where gradients are those of sum (pred * dpred).
"""
import math
import os

import torch
import torch.nn.functional as F

import safetensors
from unet import NULL, Unet, disturb

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = dict(resolution=12, channels=3, n_classes=3, width=10,
             multipliers=[1, 2], n_blocks=1, attention=[False, True],
             attention_middle=True, head_width=10, n_groups=2, embedding=20,
             patch=1, circular=False)
CELLS = dict(SMALL, resolution=16, channels=1, attention=[False, False],
             attention_middle=False, patch=2, circular=True)
TINY = dict(CELLS, resolution=8, width=8, multipliers=[1], embedding=16,
            patch=1, circular=False)
TOLD = dict(TINY, channels=3, scale=True, augmented=True)


def pixels(x):
    return x.detach().permute(0, 2, 3, 1).contiguous().numpy()


def write(name, tensors):
    path = os.path.join(HERE, 'vectors', name)
    safetensors.save(path, {k: v.detach().numpy() if torch.is_tensor(v) else v
                            for k, v in tensors.items()})
    print(path, os.path.getsize(path))


def network(config, name):
    net = disturb(Unet(config))
    torch.manual_seed(1)
    n, c, side = 3, config['channels'], config['resolution']
    xt = torch.randn(n, c, side, side, requires_grad=True)
    logsnr = torch.tensor([-19.5, 0.3, 12.0])
    class_id = torch.tensor([2, NULL, 0])
    scale = torch.tensor([0.3, 0.0, 1.0]) if config.get('scale') else None
    labels = 0.3 * torch.arange(-8, 13).reshape(3, 7) if config.get('augmented') else None
    pred = net(xt, logsnr, class_id, scale, labels)
    dpred = torch.randn_like(pred)
    (pred * dpred).sum().backward()
    out = {'xt': pixels(xt), 'logsnr': logsnr, 'class_id': class_id.float(),
           'pred': pixels(pred), 'dpred': pixels(dpred), 'dxt': pixels(xt.grad)}
    if scale is not None:
        out['scale'] = scale
    if labels is not None:
        out['labels'] = labels
    for key, p in net.named_parameters():
        out['weights.' + key], out['gradient.' + key] = p, p.grad
    write(name, out)


def want(prediction, x0, eps, alpha, sigma, sigma_data=0.5):
    """(scale of the input, target of the network)"""
    if prediction == 'eps':
        return torch.ones_like(alpha), eps
    if prediction == 'v':
        return torch.ones_like(alpha), alpha * eps - sigma * x0
    # Karras et al. 2022, table 1, for y = xt / alpha, s = sigma / alpha
    y, s = (alpha * x0 + sigma * eps) / alpha, sigma / alpha
    total = torch.sqrt(s ** 2 + sigma_data ** 2)
    skip, out = sigma_data ** 2 / total ** 2, s * sigma_data / total
    return 1 / (alpha * total), (x0 - skip * y) / out


def training(n_steps=10, n=4, clip=1.0, decay=0.05, exponent=6.0):
    """AdamW, clipping and the power-function average on given batches."""
    net = disturb(Unet(TINY))
    out = {'weights.' + k: p.detach().clone() for k, p in net.named_parameters()}
    average = {k: torch.zeros_like(p) for k, p in net.named_parameters()}
    groups = [{'params': [p for p in net.parameters() if p.dim() > 1], 'weight_decay': decay},
              {'params': [p for p in net.parameters() if p.dim() < 2], 'weight_decay': 0.0}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-8)
    torch.manual_seed(2)
    shape = (n_steps, n, 1, 8, 8)
    x0, eps = torch.rand(shape) * 2 - 1, torch.randn(shape)
    logsnr = torch.rand(n_steps, n) * 16 - 8
    class_id = torch.randint(-1, 3, (n_steps, n))
    rates = torch.tensor([1e-2 * min(1, (i + 1) / 4) * (1 - i / 20) for i in range(n_steps)])
    losses, norms = [], []
    for i in range(n_steps):
        alpha = torch.sigmoid(logsnr[i]).sqrt()[:, None, None, None]
        sigma = torch.sigmoid(-logsnr[i]).sqrt()[:, None, None, None]
        xt = alpha * x0[i] + sigma * eps[i]
        if i == 0:
            for prediction in ('eps', 'v', 'x0'):
                scale, target = want(prediction, x0[i], eps[i], alpha, sigma)
                pred = net(scale * xt, logsnr[i], class_id[i])
                out['loss.' + prediction] = F.mse_loss(pred, target).detach()[None]
        _, target = want('v', x0[i], eps[i], alpha, sigma)
        for group in optimiser.param_groups:
            group['lr'] = float(rates[i])
        optimiser.zero_grad()
        loss = F.mse_loss(net(xt, logsnr[i], class_id[i]), target)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), clip))
        losses.append(loss.detach())
        optimiser.step()
        keep = (1 - 1 / (i + 1)) ** (exponent + 1)
        for k, p in net.named_parameters():
            average[k] += (1 - keep) * (p.detach() - average[k])
    out.update({'x0': x0.permute(0, 1, 3, 4, 2), 'eps': eps.permute(0, 1, 3, 4, 2),
                'logsnr': logsnr, 'class_id': class_id.float(), 'rates': rates,
                'losses': torch.stack(losses), 'norms': torch.stack(norms)})
    for k, p in net.named_parameters():
        out['final.' + k], out['average.' + k] = p, average[k]
    assert max(norms) > clip and math.isfinite(losses[-1])
    write('training.safetensors', out)


if __name__ == '__main__':
    torch.set_num_threads(1)
    os.makedirs(os.path.join(HERE, 'vectors'), exist_ok=True)
    network(SMALL, 'small.safetensors')
    network(CELLS, 'cells.safetensors')
    network(TOLD, 'told.safetensors')
    training()
