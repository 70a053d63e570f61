#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up the logs of meson test: tally.py BROKEN LOG...

A program that speaks TAP counts once for each of its test points, any other
once. A program that ends badly without a failed point counts as one failure,
as does each of the BROKEN steps that came before. Failures and skipped tests
are named; the last line is the sum, and the status 1 if something failed or
nothing passed.
"""
import json
import re
import sys

POINT = re.compile(r'^(not ok|ok)\b[ \d]*-?\s*(.*?)(?:\s+#\s*(SKIP|TODO)\b\s*(.*))?$',
                   re.IGNORECASE)


def points_of(run):
    """(outcome, name, reason) of everything that one program tested."""
    for line in run.get('stdout', '').splitlines():
        match = POINT.match(line)
        if match:
            verdict, name, mark, reason = match.groups()
            if mark and mark.upper() == 'SKIP':
                yield 'skipped', name, reason
            else:
                yield 'passed' if verdict.lower() == 'ok' else 'failed', name, ''


def outcomes_of(run):
    points = list(points_of(run))
    good = run['result'] in ('OK', 'SKIP', 'EXPECTEDFAIL')
    if good and not points:
        said = run.get('stdout', '').strip()
        points = [('skipped', '', said) if run['result'] == 'SKIP' else ('passed', '', '')]
    if not good and not any(outcome == 'failed' for outcome, _, _ in points):
        points.append(('failed', '', run['result']))
    return points


def main(broken, *logs):
    count = {'passed': 0, 'failed': int(broken), 'skipped': 0}
    for log in logs:
        with open(log, encoding='utf-8') as lines:
            for run in map(json.loads, lines):
                for outcome, name, reason in outcomes_of(run):
                    count[outcome] += 1
                    if outcome != 'passed':
                        print(f'{outcome}: {run["name"]} {name} {reason}'.rstrip())
    print(', '.join(f'{number} {outcome}' for outcome, number in count.items()))
    return 1 if count['failed'] or not count['passed'] else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
