#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes vectors/metrics.safetensors: what evaluation says of points and
tables, by NumPy, straight from the papers' formulas and in double."""
import os

import numpy as np

import safetensors

HERE = os.path.dirname(os.path.abspath(__file__))
NEIGHBOURS = 3


def root(a):
    """Of a symmetric matrix"""
    values, vectors = np.linalg.eigh(a)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def frechet_distance(a, b):
    """The root of the product of covariances by its own eigenvalues, which are
    real and not negative though the product is not symmetric"""
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    values = np.linalg.eigvals(cov_a @ cov_b).real
    return (np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(cov_a + cov_b) -
            2 * np.sum(np.sqrt(np.maximum(values, 0))))


def distances(a, b):
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))


def coverage(points, manifold):
    """Share of points within reach of some point of the manifold"""
    radius = np.sort(distances(manifold, manifold), 1)[:, NEIGHBOURS]
    return np.mean((distances(points, manifold) <= radius[None]).any(1))


def inception_score(p):
    return np.exp(np.mean(np.sum(p * np.log(p / p.mean(0)), 1)))


def main():
    rng = np.random.default_rng(1)
    real = rng.normal(size=(90, 7)) @ rng.normal(size=(7, 7))
    fake = 0.5 * rng.normal(size=(80, 7)) @ rng.normal(size=(7, 7)) + 0.3
    logits = 2 * rng.normal(size=(60, 5))

    # what is stored is what everything follows from
    real, fake, logits = (x.astype(np.float32).astype(np.float64)
                          for x in (real, fake, logits))
    probability = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    probability = probability.astype(np.float32).astype(np.float64)

    safetensors.save(os.path.join(HERE, 'vectors', 'metrics.safetensors'), {
        'real': real, 'fake': fake,
        'mean': real.mean(0), 'covariance': np.cov(real.T),
        'root': root(np.cov(real.T)),
        'distance': [frechet_distance(fake, real)],
        'precision': [coverage(fake, real)],
        'recall': [coverage(real, fake)],
        'probability': probability, 'score': [inception_score(probability)],
    })


if __name__ == '__main__':
    main()
