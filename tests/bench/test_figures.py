#!/usr/bin/env python3
"""Figures are read, held against bounds and compared as tests/bench/all says."""
import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import figures  # noqa: E402

OUTPUT = """words that are no figure
figure sort/50000        14.250 ms 12.000..20.500
figure requests          5 /s three words more
figurehead 1 2 3
"""


def run_of(folder, name, values):
    """A result with these figures, each as (value, least, most, unit)."""
    path = pathlib.Path(folder, name)
    listed = [{"name": key, "value": value, "least": least, "most": most, "unit": unit, "times": 3}
              for key, (value, least, most, unit) in values.items()]
    path.write_text(json.dumps({"commit": "c", "date": "d", "build": "b", "load": 0.0, "figures": listed}))
    return path


class Figures(unittest.TestCase):
    def test_lines(self):
        found = figures.parse(OUTPUT, "table")
        self.assertEqual(found, {"table/sort/50000": ("ms", [14.25], [12.0, 20.5]), "table/requests": ("/s", [5.0], [5.0])})

    def test_one_name_has_one_unit(self):
        with self.assertRaises(SystemExit):
            figures.parse("figure a 1 ms\nfigure a 1 MiB\n", "table")

    def test_runs_count_with_their_median(self):
        merged = figures.merge([{"a": ("ms", [v], [v])} for v in (9.0, 1.0, 2.0)])
        self.assertEqual(merged, [{"name": "a", "value": 2.0, "unit": "ms", "least": 1.0, "most": 9.0, "times": 3}])

    def test_bounds(self):
        bounds = [("deck/*", "<=", 4.0, "ms", "x"), ("ahead", ">=", 6.0, "x-ahead", "y")]
        for name, value, unit, kept in (("deck/a", 4, "ms", True), ("deck/a", 4.1, "ms", False), ("ahead", 5, "x-ahead", False)):
            figure = {"name": name, "value": value, "unit": unit}
            figures.hold(figure, bounds)
            self.assertIs(figure["kept"], kept)
        free = {"name": "other", "value": 1, "unit": "ms"}
        figures.hold(free, bounds)
        self.assertNotIn("kept", free)
        with self.assertRaises(SystemExit):
            figures.hold({"name": "deck/a", "value": 1, "unit": "MiB"}, bounds)

    def test_bounds_of_the_tree(self):
        self.assertGreater(len(figures.read_bounds(pathlib.Path(__file__).parent / "bounds.txt")), 0)

    def compare(self, old, new):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            code = figures.compare(run_of(folder, "old", old), run_of(folder, "new", new))
        return code, out.getvalue()

    def test_noise_is_no_change(self):
        for new in ((10.5, 10.4, 10.6, "ms"), (13, 9.5, 15, "ms")):  # too small; within the other's range
            code, said = self.compare({"a": (10, 9, 10.2, "ms")}, {"a": new})
            self.assertEqual((code, "worse: nothing" in said, "better: nothing" in said), (0, True, True))

    def test_worse_and_better(self):
        old = {"slow": (10, 9, 11, "ms"), "fast": (10, 9, 11, "ms"), "rate": (10, 9, 11, "MB/s")}
        new = {"slow": (20, 19, 21, "ms"), "fast": (5, 4, 6, "ms"), "rate": (20, 19, 21, "MB/s")}
        code, said = self.compare(old, new)
        worse, better = said.split("better:")
        self.assertEqual(code, 1)
        self.assertTrue("slow" in worse and "fast" in better and "rate" in better)

    def test_a_figure_that_is_gone_is_told(self):
        code, said = self.compare({"a": (1, 1, 1, "ms")}, {})
        self.assertEqual((code, "not measured any more: a" in said), (1, True))


if __name__ == "__main__":
    unittest.main()
