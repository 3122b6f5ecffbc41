#!/usr/bin/env python3
"""The screen that benches read shows what a terminal would."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from screen import Screen  # noqa: E402


def shown(*pieces, rows=4, columns=12):
    screen = Screen(columns, rows)
    for piece in pieces:
        screen.feed(piece)
    return screen


class Screens(unittest.TestCase):
    def test_digits_painted_anew(self):
        screen = shown(b"\x1b[1;1Hpods (198)", b"\x1b[1;7H\x1b[38;5;1m20\x1b[m")
        self.assertEqual(screen.text().splitlines()[0], "pods (208)")

    def test_a_sequence_and_a_letter_in_two_pieces(self):
        screen = shown(b"\x1b[2;", b"3H\xe2\x94", b"\x80x")
        self.assertEqual(screen.text().splitlines()[1], "  ─x")

    def test_scrolling_between_margins(self):
        screen = shown(b"top\r\none\r\ntwo\r\nend", b"\x1b7\x1b[2;3r\x1b8\x1b[3;1H\nnew\x1b[r")
        self.assertEqual(screen.text().splitlines(), ["top", "two", "new", "end"])

    def test_lines_and_characters_come_and_go(self):
        screen = shown(b"abcdef\x1b[1;2H\x1b[2P\x1b[1@_\r\n1\r\n2\x1b[2;1H\x1b[L")
        self.assertEqual(screen.text().splitlines(), ["a_def", "", "1", "2"])

    def test_the_last_letter_again(self):
        self.assertEqual(shown(b"-\x1b[4b").text().splitlines()[0], "-----")

    def test_the_bar_is_a_background(self):
        screen = shown(b"\x1b[3;1H\x1b[48;5;24m log-1\x1b[K\x1b[m")
        self.assertEqual(screen.selected(), 2)
        screen.feed(b"\x1b[3;1H log-1\x1b[K")
        self.assertIsNone(screen.selected())


if __name__ == "__main__":
    unittest.main()
