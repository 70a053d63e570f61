# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves over time as one SVG, panel below panel, the axes to the left logarithmic."""
import math
from xml.sax.saxutils import escape

WIDTH, PANEL, GAP = 720, 326, 34
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 44, 70
COLOURS = ('#0b6e99', '#c2410c', '#7c3aed', '#15803d', '#a16207')


def get_steps(low, high, n=6):
    """Round numbers between the two, some n of them"""
    unit = 10 ** math.floor(math.log10((high - low) / n))
    step = next(unit * k for k in (1, 2, 5, 10) if (high - low) / (unit * k) <= n)
    first = math.ceil(low / step)
    return [step * k for k in range(first, math.floor(high / step) + 1)]


def draw_panel(out, top, bottom, right, y_title, curves):
    """One set of axes; right: the end of that to the right"""
    ys = [y for _, points, _ in curves for _, y in points]
    low, high = min(ys) / 1.03, max(ys) * 1.03

    def at(x, y):
        share = math.log(y / low) / math.log(high / low)
        return LEFT + (WIDTH - LEFT - RIGHT) * x / right, bottom - (bottom - top) * share

    for x in get_steps(0, right):
        a = at(x, low)[0]
        out.append(f'<path d="M{a:.1f} {top}V{bottom}" stroke="#ddd"/>'
                   f'<text x="{a:.1f}" y="{bottom + 16}" text-anchor="middle">{x:g}</text>')
    for y in get_steps(low, high):
        b = at(0, y)[1]
        out.append(f'<path d="M{LEFT} {b:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{b + 4:.1f}" text-anchor="end">{y:.4g}</text>')
    out.append(f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" '
               f'text-anchor="middle">{escape(y_title)}</text>')
    for i, (_, points, is_dashed) in enumerate(curves):
        line = 'M' + 'L'.join('%.1f %.1f' % at(*point) for point in points)
        out.append(f'<path d="{line}" fill="none" {get_stroke(i, is_dashed)}/>')
        if len(points) < 10:
            out += ['<circle cx="%.1f" cy="%.1f" r="3" ' % at(*point) +
                    f'fill="{COLOURS[i % len(COLOURS)]}"/>' for point in points]


def get_stroke(i, is_dashed):
    return (f'stroke="{COLOURS[i % len(COLOURS)]}" stroke-width="2"'
            + (' stroke-dasharray="5 4"' if is_dashed else ''))


def draw(path, title, x_title, panels):
    """panels, one below the other: (y title, [(name, [(x, y)], is_dashed)])"""
    height = TOP + BOTTOM + len(panels) * PANEL + (len(panels) - 1) * GAP
    right = max(x for _, curves in panels for _, points, _ in curves for x, _ in points)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
           f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           f'<text x="{LEFT}" y="24" font-size="16">{escape(title)}</text>']
    for k, (y_title, curves) in enumerate(panels):
        top = TOP + k * (PANEL + GAP)
        draw_panel(out, top, top + PANEL, right, y_title, curves)
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{height - BOTTOM + 34}" '
               f'text-anchor="middle">{escape(x_title)}</text>')
    for i, (name, _, is_dashed) in enumerate(panels[0][1]):
        x, y = LEFT + i % 3 * 210, height - 22 + i // 3 * 15
        out.append(f'<path d="M{x} {y - 4}h20" {get_stroke(i, is_dashed)}/>'
                   f'<text x="{x + 26}" y="{y}">{escape(name)}</text>')
    with open(path, 'w') as file:
        file.write('\n'.join(out) + '\n</svg>\n')
