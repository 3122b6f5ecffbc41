#!/usr/bin/env python3
"""A tape is somebody's file: what it may do where the kubeconfig leads."""
import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import time
import unittest

MQDECK = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 120
LOOKS = """Set Size 120x40
Wait+Screen@60s /orders-0/
Expect /READ-ONLY/
Type ":brokers" Enter Down 2 Type "d" Escape Type "/scale" Enter Escape Type "jkve" Escape
Type ":nodes" Enter Ctrl+W PageDown Type "?" Escape
Type ":ctx" Enter Escape Type ":ops" Enter Escape
Screenshot some.svg
"""
# Keys of operations, of the list of them, of plans, of what no table knows, and commands that are none or edited.
CHANGES = ('Type "s"', 'Type ":nodes" Enter Type "c"', 'Type ":brokers" Enter Ctrl+K', 'Type "a"', "Down Type 'r'",
           'Type ":ops" Enter Type "x"', 'Type "i"', "Space", "Copy ':nodes' Paste", 'Type ":unheard-of" Enter',
           'Type ":n" Tab Enter', 'Type ":nodes" Escape Type "u"', 'Type "/s" Escape Type "s"', "Alt+x", 'Type ":" Up Enter')
CORDON = """Set Size 120x40
Wait+Screen@60s /orders-0/
Type ":nodes" Enter Wait+Screen /node-1/ Type "gc" Wait+Screen@20s /Run/ Tab Enter Wait+Screen@20s /done, careful/
"""


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mqdeck-replay-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.environment = dict(os.environ, XDG_STATE_HOME=str(self.root / "state"), MQDECK_CONFIG=os.devnull)
        self.kubeconfig = self.root / "kubeconfig"
        server = subprocess.Popen([MQDECK, "demo-server", "--write-kubeconfig", str(self.kubeconfig)],
                                  env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        end = time.monotonic() + PATIENCE_S
        while not (self.kubeconfig.exists() and self.kubeconfig.stat().st_size > 0):
            self.assertLess(time.monotonic(), end, "the server did not start")
            time.sleep(0.05)

    def words(self, *words):
        return [MQDECK, "--kubeconfig", str(self.kubeconfig), *words]

    def mqdeck(self, *words):
        return subprocess.run(self.words(*words), env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE_S)

    def tape(self, text):
        path = self.root / "some.tape"
        path.write_text(text)
        return str(path)

    def cordoned(self):
        nodes = json.loads(self.mqdeck("get", "nodes", "-o", "json").stdout)
        return [node["node"] for node in nodes if "SchedulingDisabled" in json.dumps(node) or node.get("cordoned")]

    def on_terminal(self, tape, answer):
        """The exit code of a replay that is asked about on a terminal."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(self.words("replay", tape), env=self.environment, stdin=theirs, stdout=theirs,
                              stderr=theirs, start_new_session=True) as process:
            os.close(theirs)
            seen = b""
            while b"yes or no" not in seen:
                seen += os.read(ours, 4096)
            os.write(ours, answer)
            try:
                while os.read(ours, 4096):
                    pass
            except OSError:
                pass # it has gone
            code = process.wait(PATIENCE_S)
        os.close(ours)
        return code

    def test_one_that_looks_is_played_read_only(self):
        done = self.mqdeck("replay", self.tape(LOOKS))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.root / "some.svg").is_file())

    def test_one_that_may_change_something_is_not_played(self):
        for keys in CHANGES:
            with self.subTest(keys=keys):
                done = self.mqdeck("replay", self.tape(f"Enter Escape\n{keys}\nScreenshot some.svg\n"))
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertRegex(done.stderr, "some.tape:2: .* may change what it is pressed on")
                self.assertIn("not replayed: add --yes", done.stderr)
                self.assertFalse((self.root / "some.svg").exists())

    def test_it_is_played_when_somebody_agrees(self):
        tape = self.tape(CORDON)
        self.assertEqual(self.on_terminal(tape, b"no\n"), 2)
        self.assertEqual(self.on_terminal(tape, b"\x04"), 2)
        self.assertEqual(self.cordoned(), [])
        self.assertEqual(self.on_terminal(tape, b"yes\n"), 0)
        self.assertEqual(self.cordoned(), ["node-1"])
        done = self.mqdeck("--yes", "replay", self.tape(CORDON.replace('"gc"', '"gjc"')))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.cordoned(), ["node-1", "node-2"])

    def test_one_that_is_played_read_only_asks_nobody(self):
        done = self.mqdeck("--readonly", "replay", self.tape('Wait+Screen@60s /orders-0/ Type "s"\n'))
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
