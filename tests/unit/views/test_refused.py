#!/usr/bin/env python3
"""A server that does not know us: the console says so, and does not say that there is nothing."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

MQDECK = sys.argv.pop(1)
PATIENCE_S = 120
TAPE = """
Set Size 80x24
Wait+Screen@60s /401 Unauthorized/
ExpectNot+Screen /No RabbitMQ/
Type ":nodes"
Enter
Wait+Screen /401 Unauthorized/
"""


class Refused(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mqdeck-refused-")
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
        text = self.kubeconfig.read_text()
        self.kubeconfig.write_text(re.sub(r"(server: http://[^/]*)/\S*|(token: )\S*", r"\1\2", text)
                                   .replace("token: ", "token: nobody"))

    def mqdeck(self, *words):
        return subprocess.run([MQDECK, "--kubeconfig", str(self.kubeconfig), *words], env=self.environment,
                              capture_output=True, text=True, timeout=PATIENCE_S)

    def test_the_console_says_401(self):
        tape = self.root / "refused.tape"
        tape.write_text(TAPE)
        done = self.mqdeck("replay", str(tape))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_get_says_401(self):
        done = self.mqdeck("get", "brokers", "-o", "json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("401", done.stderr)


if __name__ == "__main__":
    unittest.main()
