#!/usr/bin/python3
# SPDX-FileCopyrightText: gegl-diffusion developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sum at the end of tests/run counts no failure as a success."""
import unittest

from tally import outcomes_of


class Tally(unittest.TestCase):
    def expect(self, result, stdout, *expected):
        points = outcomes_of({'name': 'x', 'result': result, 'stdout': stdout})
        self.assertEqual([outcome for outcome, _, _ in points], list(expected))

    def test_points_count_once_each(self):
        self.expect('OK', '1..2\n# Start of a tests\nok 1 /a/b\nok 2 /a/c # slow\n',
                    'passed', 'passed')
        self.expect('FAIL', '1..2\nnot ok /a/b - says why\nok 2 /a/c\n', 'failed', 'passed')
        self.expect('OK', '1..1\nok 1 /a/b # SKIP no gimp\n', 'skipped')

    def test_crash_after_good_points_is_a_failure(self):
        self.expect('ERROR', '1..3\nok 1 /a/b\n', 'passed', 'failed')
        self.expect('FAIL', '1..3\nok 1 /a/b\nBail out! no\n', 'passed', 'failed')
        self.expect('TIMEOUT', '', 'failed')
        self.expect('INTERRUPT', '', 'failed')

    def test_other_programs_count_once(self):
        self.expect('OK', 'okay so far\n', 'passed')
        self.expect('FAIL', 'words\n', 'failed')
        self.expect('SKIP', 'no such program\n', 'skipped')


if __name__ == '__main__':
    unittest.main()
