#!/usr/bin/env python3
"""Of the soak: that what was missed, read again or brought by a list is told apart, and what grows is seen to."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("soak", str(HERE / "soak"))
soak = importlib.util.module_from_spec(importlib.util.spec_from_loader("soak", LOADER))
LOADER.exec_module(soak)

LEDGER = [(version, "pods", f"mq/pod-{version % 2}") for version in range(101, 111)]


def read(*versions):
    return [("pods", version, f"mq/pod-{version % 2}") for version in versions]


def listed(version):
    return [("pods", version, None)]


class Ledger(unittest.TestCase):
    def test_what_was_read_in_order_is_complete(self):
        self.assertEqual(soak.hold_against(LEDGER, listed(100) + read(*range(101, 111))), ([], [], 10))

    def test_a_gap_is_missed(self):
        missed, twice, seen = soak.hold_against(LEDGER, listed(100) + read(101, 102, 104, 105, 106, 107, 108, 109, 110))
        self.assertEqual((missed, twice, seen), ([("pods", 103, "mq/pod-1")], [], 9))

    def test_a_bookmark_past_a_change_does_not_hide_it(self):
        missed, _, _ = soak.hold_against(LEDGER, listed(100) + read(101) + [("pods", 105, "")] + read(106, 107, 108, 109, 110))
        self.assertEqual([version for _, version, _ in missed], [102, 103, 104, 105])

    def test_a_list_brings_what_came_before_it_and_nothing_else(self):
        missed, twice, _ = soak.hold_against(LEDGER, listed(100) + read(101, 103) + listed(106) + read(107, 108, 109, 110))
        self.assertEqual((missed, twice), ([("pods", 102, "mq/pod-0")], []))

    def test_what_is_read_again_is_told(self):
        _, twice, _ = soak.hold_against(LEDGER, listed(100) + read(101, 102, 101, *range(103, 111)))
        self.assertEqual(twice, [("pods", 101, "mq/pod-1")])

    def test_what_is_on_its_way_is_not_missed(self):
        self.assertEqual(soak.hold_against(LEDGER, listed(100) + read(101, 102))[0], [])

    def test_logs_are_read(self):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            log.write("2026-01-02T03:04:05.678Z debug kube informer listed resource=pods rv=100 objects=3\n"
                      "2026-01-02T03:04:05.678Z trace kube informer event resource=pods type=modified name=mq/pod-1 rv=101\n"
                      "2026-01-02T03:04:05.678Z trace kube informer event resource=pods type=bookmark name=/ rv=102\n"
                      "2026-01-02T03:04:05.678Z debug kube informer waits resource=pods for=watch ms=0 failures=0 error=\"\"\n")
            log.flush()
            self.assertEqual(soak.read_log(log.name), [("pods", 100, None), ("pods", 101, "mq/pod-1"), ("pods", 102, "")])


class Growth(unittest.TestCase):
    def setUp(self):
        self.process = soak.Process("some", 0)

    def test_what_rises_grows(self):
        self.assertAlmostEqual(self.process.growth([(at, 1000 + 10 * at) for at in range(101)], 20, 100), 400, delta=10)

    def test_what_settles_and_swings_does_not(self):
        samples = [(at, 5000 if at < 20 else 1000 + at % 2) for at in range(0, 101)]
        self.assertLessEqual(abs(self.process.growth(samples, 20, 100)), 1)


if __name__ == "__main__":
    unittest.main()
