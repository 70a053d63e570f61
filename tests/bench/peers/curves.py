# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves over time as one SVG, the upper axis to the left, logarithmic."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 44, 70
COLOURS = ('#0b6e99', '#c2410c', '#7c3aed', '#15803d', '#a16207')


def get_steps(low, high, n=6):
    """Round numbers between the two, some n of them"""
    unit = 10 ** math.floor(math.log10((high - low) / n))
    step = next(unit * k for k in (1, 2, 5, 10) if (high - low) / (unit * k) <= n)
    first = math.ceil(low / step)
    return [step * k for k in range(first, math.floor(high / step) + 1)]


def draw(path, title, x_title, y_title, curves):
    """curves: (name, [(x, y)], is_dashed)"""
    xs = [x for _, points, _ in curves for x, _ in points]
    ys = [y for _, points, _ in curves for _, y in points]
    right, low, high = max(xs), min(ys) / 1.03, max(ys) * 1.03

    def at(x, y):
        share = math.log(y / low) / math.log(high / low)
        return (LEFT + (WIDTH - LEFT - RIGHT) * x / right,
                HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="24" font-size="16">{escape(title)}</text>']
    for x in get_steps(0, right):
        a, b = at(x, low)
        out.append(f'<path d="M{a:.1f} {TOP}V{b:.1f}" stroke="#ddd"/>'
                   f'<text x="{a:.1f}" y="{b + 16:.1f}" text-anchor="middle">{x:g}</text>')
    for y in get_steps(low, high):
        a, b = at(0, y)
        out.append(f'<path d="M{a:.1f} {b:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{a - 6:.1f}" y="{b + 4:.1f}" text-anchor="end">{y:.4g}</text>')
    out += [f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - BOTTOM + 34}" '
            f'text-anchor="middle">{escape(x_title)}</text>',
            f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" '
            f'text-anchor="middle">{escape(y_title)}</text>']
    for i, (name, points, is_dashed) in enumerate(curves):
        colour, dash = COLOURS[i % len(COLOURS)], ' stroke-dasharray="5 4"' if is_dashed else ''
        line = 'M' + 'L'.join('%.1f %.1f' % at(*point) for point in points)
        x, y = LEFT + i % 3 * 210, HEIGHT - 22 + i // 3 * 15
        out.append(f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
                   f'<path d="M{x} {y - 4}h20" stroke="{colour}" stroke-width="2"{dash}/>'
                   f'<text x="{x + 26}" y="{y}">{escape(name)}</text>')
    with open(path, 'w') as file:
        file.write('\n'.join(out) + '\n</svg>\n')
