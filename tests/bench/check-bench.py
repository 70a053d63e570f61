#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: check-bench.py BENCH

The program that times kernels runs them, and says for each case a number that
can be. How fast they are is not judged here.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

bench = sys.argv[1]
N_SHAPES = 11
CASES = ('direct/64@32/2', 'f2/64@32/2', 'f4/64@32/2', 'conv-dx/64@32/2',
         'conv-dw/64@32/2', 'matmul/64@32/2', 'norm/64@32/2', 'norm-dx/64@32/2',
         'A/forward/2')


def run(*arguments):
    return subprocess.run([bench, *arguments], capture_output=True, text=True)


def read(*arguments):
    """The cases of a run, by name; NaN and infinity are no JSON"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'bench.json')
        done = run('--quick', '--json', path, *arguments)
        assert done.returncode == 0, done.stderr
        with open(path) as file:
            result = json.load(file, parse_constant=lambda name: 1 / 0)
    for case in result['cases']:
        assert case['name'] in done.stdout, case['name']
    return result, {case['name']: case for case in result['cases']}


def check_case(case):
    times = [case[key] for key in ('lower_quartile', 'seconds', 'upper_quartile')]
    assert times == sorted(times) and 0 < times[0] and times[2] < 600, case
    speeds = [case[key] for key in ('gflops', 'share_of_peak', 'ns_per_value')
              if key in case]
    assert len(speeds) == (1 if case['name'].startswith('norm') else 2), case
    assert all(math.isfinite(s) and s > 0 for s in speeds), case


result, cases = read('--threads', '2', '--cases', ','.join(CASES))
assert result['threads'] == 2 and result['rounds'] == 1, result
peaks = [name for name in cases if name.startswith('peak/')]
assert 'peak/' + result['instruction_set'] in peaks, peaks
assert set(cases) == set(CASES) | set(peaks), cases.keys()
for one in cases.values():
    check_case(one)

# work is counted as it should be: 2 * 9 * 64 * 64 * 32 * 32 * 2 operations, and
# network A has 1.446e9 multiplications a picture
flops = {name: case.get('gflops', 0) * 1e9 * case['seconds']
         for name, case in cases.items()}
for kind in ('direct', 'f2', 'f4', 'conv-dx', 'conv-dw'):
    assert math.isclose(flops[kind + '/64@32/2'], 150994944, rel_tol=1e-6), flops
assert math.isclose(flops['matmul/64@32/2'], 150994944 / 9, rel_tol=1e-6), flops
assert math.isclose(flops['A/forward/2'], 4 * 1.446e9, rel_tol=1e-3), flops

listed = run('--list').stdout.split()
assert len(listed) == len(set(listed)) == 8 * N_SHAPES + 5, listed
assert set(CASES) < set(listed), listed
assert run('--list', '--cases', 'f4/*').stdout.split() == [
    name for name in listed if name.startswith('f4/')]

for wrong in (['--cases', 'f5/*'], ['--rounds', '0'], ['stray'], ['--threads', '-1']):
    done = run('--quick', *wrong)
    assert done.returncode == 2 and done.stderr.startswith('bench: '), wrong
done = run('--quick', '--cases', 'norm/64@32/2', '--json', '/dev/null/none')
assert done.returncode == 1 and done.stderr.startswith('bench: '), done
