#!/usr/bin/env python3
"""Whatever mqdeck waits for, a signal that asks it to end ends it, the terminal is given back, and no core is left."""
import fcntl
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import unittest

MQDECK = str(pathlib.Path(sys.argv.pop(1)).resolve())
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from console import Console  # noqa: E402

PATIENCE_S = 120
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
KUBECONFIG = """clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: u, user: {user}}}]
contexts: [{{name: x, context: {{cluster: c, user: u}}}}]
current-context: x
"""
PLUGIN = "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: {0}, interactiveMode: {1}}}}}"


class Signals(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mqdeck-signals-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        os.environ.update(XDG_STATE_HOME=str(self.root / "state"), MQDECK_CONFIG=os.devnull, LC_ALL="C.UTF-8")
        self.silent = socket.create_server(("127.0.0.1", 0))  # takes connections, and says nothing
        self.addCleanup(self.silent.close)

    def kubeconfig(self, user="{token: t}"):
        path = self.root / "kubeconfig"
        path.write_text(KUBECONFIG.format(port=self.silent.getsockname()[1], user=user))
        path.chmod(0o600)
        return str(path)

    def plugin(self, mode):
        script = self.root / "plugin"
        script.write_text(f"#!/bin/sh\necho $$ > {self.root}/pid\necho asked >&2\nexec sleep 1000\n")
        script.chmod(0o700)
        return self.kubeconfig(PLUGIN.format(script, mode))

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)

    def plugin_is_gone(self):
        pid = int((self.root / "pid").read_text())
        self.wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the plugin still runs")

    def ends(self, console, number, read=True):
        """The status of a console that gets the signal; nobody reads what it draws unless told."""
        os.kill(console.pid, number)
        end = time.monotonic() + PATIENCE_S
        while (found := os.waitpid(console.pid, os.WNOHANG))[0] == 0:
            self.assertLess(time.monotonic(), end, f"{number!r} did not end it")
            if read:
                console.read(0.05)
            else:
                time.sleep(0.05)
        return found[1]

    def on_terminal(self, words, seen, keys=b"", then=None, signals=ENDING, read=True):
        for number in signals:
            with self.subTest(words=words[:2], number=number):
                console = Console([MQDECK, *words], 120, 40)
                try:
                    console.until([seen], PATIENCE_S)
                    for key in keys.split(b" ") if keys else ():
                        os.write(console.fd, key)
                        console.read(0.3)
                    if then:
                        console.until([then], PATIENCE_S)
                    status = self.ends(console, number, read)
                    console.read(0.2)
                    modes = termios.tcgetattr(console.fd)  # of both ends
                finally:
                    os.close(console.fd)
                self.assertFalse(os.WCOREDUMP(status))
                self.assertTrue(modes[3] & termios.ICANON and modes[3] & termios.ECHO, "the modes are not back")
                if read:
                    self.assertGreater(console.output.rfind(b"\x1b[?1049l"), console.output.rfind(b"\x1b[?1049h"))

    def test_views_prompts_and_forms(self):
        self.on_terminal(["--demo"], rb"orders-0", b":bro", rb"bro")
        self.on_terminal(["--demo"], rb"orders-0", b"s", rb"replicas", signals=ENDING[:2])
        self.on_terminal(["--demo"], rb"orders-0", b"i", rb"[Pp]assword", signals=ENDING[:2])

    def test_a_plan_that_runs(self):
        self.on_terminal(["--demo"], rb"orders-0", b":nodes\r gc \t \r", rb"done|running|Run", signals=ENDING[:2])

    def test_a_server_that_says_nothing(self):
        self.on_terminal(["--kubeconfig", self.kubeconfig()], rb"mqdeck", signals=ENDING[:2])

    def test_a_terminal_that_takes_nothing(self):
        self.on_terminal(["--demo"], rb"orders-0", b":queues\r :topics\r", read=False, signals=ENDING[:2])

    def test_a_plugin_that_hangs(self):
        for mode in ("Never", "Always"):
            path = self.plugin(mode)
            asked = self.root / "pid"
            for number in ENDING[:3]:
                with self.subTest(mode=mode, number=number):
                    asked.unlink(missing_ok=True)
                    console = Console([MQDECK, "--kubeconfig", path, "--trust-exec"], 120, 40)
                    end = time.monotonic() + PATIENCE_S
                    while not (asked.exists() and asked.read_text()):
                        self.assertLess(time.monotonic(), end, "the plugin was not asked")
                        console.read(0.05)
                    self.ends(console, number)
                    os.close(console.fd)
                    self.plugin_is_gone()

    def test_a_question_of_the_command_line(self):
        tape = self.root / "some.tape"
        tape.write_text('Type "s"\n')
        console = Console([MQDECK, "--kubeconfig", self.kubeconfig(), "replay", str(tape)], 120, 40)
        console.until([rb"yes or no"], PATIENCE_S)
        self.ends(console, signal.SIGTERM)
        os.close(console.fd)

    def test_a_get_that_waits(self):
        for number in ENDING:
            with subprocess.Popen([MQDECK, "--kubeconfig", self.kubeconfig(), "get", "nodes"]) as process:
                time.sleep(0.3)
                process.send_signal(number)
                self.assertEqual(process.wait(PATIENCE_S), -number)

    def unread(self, words, expression):
        """A process whose output is read until the expression is seen, and then not any more: there is more of it."""
        process = subprocess.Popen([MQDECK, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        seen = b""
        while not re.search(expression, seen):
            piece = os.read(process.stdout.fileno(), 512)
            self.assertTrue(piece, seen)
            seen += piece
        return process

    def test_output_that_nobody_takes(self):
        run = ["--demo", "run", "roll", "prod/orders", "--yes", "--accept", "careful", "-o", "json"]
        for words, expression in ((["--demo", "get", "topics", "-o", "json"], rb"\["),
                                  (run, rb'"event":"step"')):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(words=words[:2], number=number):
                    process = self.unread(words, expression)
                    process.send_signal(number)
                    self.assertIn(process.wait(PATIENCE_S), (-number, 128 + number))

    def test_no_core_is_left(self):
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        crashes = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGXCPU)
        self.on_terminal(["--demo"], rb"orders-0", signals=crashes)


if __name__ == "__main__":
    for ignored in ENDING:  # by nohup, or by a shell that put us in the background: what we start would inherit it
        signal.signal(ignored, signal.SIG_DFL)
    unittest.main()
