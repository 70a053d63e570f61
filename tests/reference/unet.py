# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network in plain PyTorch, written from the papers and not from the C
code: Dhariwal & Nichol 2021 (ADM) with the null class of Ho & Salimans 2022.
Names of parameters are those of the weights file."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

NULL = -1

A = dict(resolution=32, channels=3, n_classes=10, width=64,
         multipliers=[1, 2, 2], n_blocks=2, attention=[False, False, True],
         attention_middle=True, head_width=64, n_groups=32, embedding=256,
         patch=1, circular=False)
B = dict(A, resolution=64, width=128, multipliers=[1, 2, 3, 4], n_blocks=3,
         attention=[False, False, True, True], embedding=512)


class Conv3(nn.Conv2d):
    def __init__(self, c_in, c_out, stride=1, circular=False):
        super().__init__(c_in, c_out, 3, stride=stride, padding=1,
                         padding_mode='circular' if circular else 'zeros')


class Residual(nn.Module):
    def __init__(self, c_in, c_out, config):
        super().__init__()
        groups, circular = config['n_groups'], config['circular']
        self.norm1 = nn.GroupNorm(groups, c_in)
        self.conv1 = Conv3(c_in, c_out, circular=circular)
        self.condition = nn.Linear(config['embedding'], 2 * c_out)
        self.norm2 = nn.GroupNorm(groups, c_out)
        self.conv2 = Conv3(c_out, c_out, circular=circular)
        if c_in != c_out:
            self.skip = nn.Conv2d(c_in, c_out, 1)

    def forward(self, x, condition):
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.condition(condition)[:, :, None, None].chunk(2, 1)
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        return h + (self.skip(x) if hasattr(self, 'skip') else x)


class Attention(nn.Module):
    def __init__(self, c, config):
        super().__init__()
        self.heads = max(1, c // config['head_width'])
        self.norm = nn.GroupNorm(config['n_groups'], c)
        self.qkv = nn.Conv1d(c, 3 * c, 1)
        self.proj = nn.Conv1d(c, c, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        d = c // self.heads
        qkv = self.qkv(self.norm(x).reshape(n, c, h * w))
        q, k, v = qkv.reshape(n * self.heads, 3, d, h * w).unbind(1)
        weight = torch.softmax(q.transpose(1, 2) @ k / math.sqrt(d), -1)
        mixed = (v @ weight.transpose(1, 2)).reshape(n, c, h * w)
        return x + self.proj(mixed).reshape(n, c, h, w)


class Embed(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.width = config['width']
        self.linear1 = nn.Linear(self.width, config['embedding'])
        self.linear2 = nn.Linear(config['embedding'], config['embedding'])
        self.classes = nn.Embedding(config['n_classes'] + 1, config['embedding'])
        if config.get('scale'):
            self.scale = nn.Linear(8, config['embedding'])
        if config.get('augmented'):
            self.augment = nn.Linear(7, config['embedding'])

    def scale_features(self, scale):
        """Of 16, 8, 4 and 2 doublings a turn; none for 0, which is unknown"""
        octaves = torch.where(scale > 0, scale, torch.ones_like(scale)).double().log2()
        angle = 2 * math.pi * octaves[:, None] / torch.tensor([16.0, 8.0, 4.0, 2.0])
        features = torch.cat([angle.cos(), angle.sin()], 1).float()
        return features * (scale > 0)[:, None]

    def forward(self, logsnr, class_id, scale=None, labels=None):
        half = self.width // 2
        frequency = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = 25 * (20 - logsnr.double())[:, None] * frequency
        features = torch.cat([angle.cos(), angle.sin()], 1).float()
        row = torch.where(class_id == NULL, self.classes.num_embeddings - 1, class_id)
        h = self.linear2(F.silu(self.linear1(features)))
        if scale is not None:
            h = h + self.scale(self.scale_features(scale))
        if labels is not None:
            h = h + self.augment(labels)
        return F.silu(h + self.classes(row))


class Level(nn.Module):
    """Blocks of one level, on the way down or up, or of the middle."""

    def __init__(self):
        super().__init__()
        self.block = nn.ModuleList()
        self.attention = nn.ModuleList()


class Unet(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        levels = len(config['multipliers'])
        width, circular = config['width'], config['circular']
        pixels = config['channels'] * config['patch'] ** 2
        self.embed = Embed(config)
        self.conv_in = Conv3(pixels, width, circular=circular)
        self.down = nn.ModuleList()
        skips, c = [width], width
        for i, multiplier in enumerate(config['multipliers']):
            level = Level()
            for _ in range(config['n_blocks']):
                level.block.append(Residual(c, width * multiplier, config))
                c = width * multiplier
                if config['attention'][i]:
                    level.attention.append(Attention(c, config))
                skips.append(c)
            if i + 1 < levels:
                level.downsample = Conv3(c, c, 2, circular)
                skips.append(c)
            self.down.append(level)
        self.middle = Level()
        self.middle.block.append(Residual(c, c, config))
        self.middle.block.append(Residual(c, c, config))
        if config['attention_middle']:
            self.middle.attention.append(Attention(c, config))
        up = []
        for i, multiplier in reversed(list(enumerate(config['multipliers']))):
            level = Level()
            for _ in range(config['n_blocks'] + 1):
                level.block.append(Residual(c + skips.pop(), width * multiplier, config))
                c = width * multiplier
                if config['attention'][i]:
                    level.attention.append(Attention(c, config))
            if i > 0:
                level.upsample = Conv3(c, c, circular=circular)
            up.append(level)
        self.up = nn.ModuleList(reversed(up))
        self.norm_out = nn.GroupNorm(config['n_groups'], c)
        self.conv_out = Conv3(c, pixels, circular=circular)

    def forward(self, x, logsnr, class_id, scale=None, labels=None):
        """x: [n, channels, h, w]; logsnr: [n]; class_id: [n], NULL for none"""
        condition = self.embed(logsnr, class_id, scale, labels)
        h = self.conv_in(self.to_cells(x))
        skips = [h]
        for level in self.down:
            for i, block in enumerate(level.block):
                h = block(h, condition)
                if len(level.attention):
                    h = level.attention[i](h)
                skips.append(h)
            if hasattr(level, 'downsample'):
                h = level.downsample(h)
                skips.append(h)
        h = self.middle.block[0](h, condition)
        if self.config['attention_middle']:
            h = self.middle.attention[0](h)
        h = self.middle.block[1](h, condition)
        for level in reversed(self.up):
            for i, block in enumerate(level.block):
                h = block(torch.cat([h, skips.pop()], 1), condition)
                if len(level.attention):
                    h = level.attention[i](h)
            if hasattr(level, 'upsample'):
                h = level.upsample(F.interpolate(h, scale_factor=2.0, mode='nearest'))
        return self.from_cells(self.conv_out(F.silu(self.norm_out(h))))

    def to_cells(self, x):
        """Channels of a cell in the order (dy, dx, channel)"""
        p = self.config['patch']
        n, c, h, w = x.shape
        x = x.reshape(n, c, h // p, p, w // p, p).permute(0, 3, 5, 1, 2, 4)
        return x.reshape(n, p * p * c, h // p, w // p)

    def from_cells(self, x):
        p, c = self.config['patch'], self.config['channels']
        n, _, h, w = x.shape
        x = x.reshape(n, p, p, c, h, w).permute(0, 3, 4, 1, 5, 2)
        return x.reshape(n, c, h * p, w * p)


def disturb(net, seed=0):
    """Random values for all parameters: zeros and ones would hide mistakes."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, p in net.named_parameters():
            if p.dim() > 1:
                p.normal_(std=1 / math.sqrt(p[0].numel()))
            elif name.endswith('weight'):
                p.normal_(1.0, 0.2)
            else:
                p.normal_(std=0.2)
    return net
