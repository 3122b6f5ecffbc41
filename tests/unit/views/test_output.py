#!/usr/bin/env python3
"""What a command writes: to a stream that takes it or does not, and never anything that acts on a terminal."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

MQDECK = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 120
# C0 but for line ends and tabs, DEL, C1, zero-width and bidi controls, line separators, the byte order mark.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
HOSTILE = "x\x1b[2J\x9b\u202e\u200b\x7f"
COMMANDS = (["--help"], ["--version"], ["version"], ["get", "brokers"], ["get", "topics", "-o", "json"],
            ["get", "nodes", "-o", "yaml"], ["plan", "cordon", "node-1"], ["plan", "cordon", "node-1", "-o", "json"],
            ["run", "cordon", "node-1", "--yes"], ["theme", "list"], ["demo-server"], ["bug-report", "report-{}.txt"])


class Output(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mqdeck-output-")
        self.addCleanup(self.folder.cleanup)
        self.environment = dict(os.environ, HOME=self.folder.name, XDG_STATE_HOME=self.folder.name + "/state",
                                XDG_CONFIG_HOME=self.folder.name, MQDECK_CONFIG=os.devnull, LC_ALL="C.UTF-8")

    def mqdeck(self, *words, stdout=subprocess.PIPE, closed=False):
        return subprocess.run([MQDECK, "--demo", *words], env=self.environment, stdout=stdout, cwd=self.folder.name,
                              stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
                              preexec_fn=(lambda: os.close(1)) if closed else None)

    def fails(self, number, words, **streams):
        words = [word.format(number) for word in words]
        with self.subTest(words=words, **streams):
            done = self.mqdeck(*words, **streams)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("standard output did not take everything", done.stderr)
            if words[0] == "run":
                self.assertIn("not run: the plan could not be shown", done.stderr)

    def test_output_that_is_lost_is_a_failure(self):
        """A full disk, a reader that has gone, a stream that was closed."""
        reader, gone = os.pipe()
        os.close(reader)
        with open("/dev/full", "w", encoding="utf-8") as full, os.fdopen(gone, "w") as pipe:
            for number, words in enumerate(COMMANDS):
                self.fails(f"{number}-full", words, stdout=full)
                self.fails(f"{number}-pipe", words, stdout=pipe)
        self.fails("closed", ["--version"], closed=True)
        self.fails("closed", ["get", "nodes"], closed=True)

    def test_arguments_never_reach_the_terminal_as_they_are(self):
        for words in (["get", HOSTILE], ["get", "brokers", HOSTILE], ["plan", HOSTILE, "x"], ["plan", "cordon", HOSTILE],
                      ["plan", "cordon", "node-1", HOSTILE], ["run", "cordon", "node-1", f"{HOSTILE}=1"], [HOSTILE],
                      ["--" + HOSTILE], ["--theme", HOSTILE, "replay", HOSTILE], ["replay", HOSTILE], ["theme", HOSTILE],
                      ["theme", "check", HOSTILE], ["bug-report", HOSTILE + "/x"], ["demo-server", "--listen", HOSTILE],
                      ["--request-timeout", HOSTILE, "get", "nodes"], ["--log-file", HOSTILE + "/x", "get", "nodes"],
                      ["--log-level", HOSTILE, "get", "nodes"], ["-o", HOSTILE, "get", "nodes"], ["ops", "show", HOSTILE],
                      ["--kubeconfig", HOSTILE, "get", HOSTILE]):
            with self.subTest(words=words):
                done = self.mqdeck(*words)
                self.assertNotEqual(done.returncode, 0)
                self.assertRegex(done.stderr, "^mqdeck: .*\n$")
                self.assertIsNone(UNSAFE.search(done.stderr + done.stdout), done.stderr)

    def test_the_embedded_cluster_takes_a_number_of_clusters(self):
        for number in ("many", "-1", "501", "1e9", ""):
            done = self.mqdeck("--demo-clusters", number, "get", "clusters")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("--demo-clusters", done.stderr)
        rows = json.loads(self.mqdeck("--demo-clusters", "12", "get", "clusters", "-o", "json").stdout)
        self.assertEqual(len(rows), 16)
        self.assertEqual(sum(row["namespace"] == "team-02" for row in rows), 2)

    def test_a_tape_is_told_of_without_its_control_characters(self):
        tape = pathlib.Path(self.folder.name, HOSTILE + ".tape")
        for text in ("Set FontSize 1\nExpect /" + HOSTILE.replace("[", "") + "/\n", "Type \n" + HOSTILE + "\n\n/"):
            tape.write_text(text)
            done = self.mqdeck("replay", str(tape))
            self.assertIn(done.returncode, (1, 2), done.stderr)
            self.assertIsNone(UNSAFE.search(done.stderr), done.stderr)

    def test_json_and_yaml_are_safe_to_look_at_and_read_back(self):
        texts = {}
        for form in ("json", "yaml"):
            done = self.mqdeck("--demo-hostile", "get", "queues", "-o", form)
            self.assertIsNone(UNSAFE.search(done.stdout), form)
            texts[form] = done.stdout
        self.assertIn("f-bidi\u202e", " ".join(row["queue"] for row in json.loads(texts["json"])))
        self.assertIn("f-bidi\\u202e", texts["yaml"])
        done = self.mqdeck("--demo-hostile", "plan", "restart", "prod/orders-0", "-o", "json")
        self.assertIsNone(UNSAFE.search(done.stdout))
        self.assertIn("\\u202e", done.stdout)
        json.loads(done.stdout)

    def test_a_refused_run_tells_the_command_that_works(self):
        done = self.mqdeck("run", "cordon", "node-1")
        self.assertEqual(done.returncode, 10)
        command = done.stderr.strip().split("this runs it: ")[1]
        again = subprocess.run(["bash", "-c", command], env=self.environment, capture_output=True, text=True,
                               timeout=PATIENCE_S)
        self.assertEqual(again.returncode, 0, again.stderr)
        done = self.mqdeck("-n", "a b'\x1b", "run", "--", "scale", "prod/orders", "replicas=4")
        self.assertIn(r"""--demo -n $'a\x20b\x27\x1b' run --yes --accept careful -- scale prod/orders replicas=4""",
                      done.stderr)
        self.assertEqual(done.returncode, 10)

    def test_ps_shows_the_whole_command(self):
        words = [MQDECK, "--demo", "run", "scale", "prod/orders", "replicas=4", "--yes", "--accept", "careful"]
        with subprocess.Popen(words, env=self.environment, stdout=subprocess.PIPE, text=True) as running:
            self.addCleanup(running.wait)
            self.assertTrue(running.stdout.readline())
            shown = pathlib.Path(f"/proc/{running.pid}/cmdline").read_bytes()
            running.kill()
        self.assertEqual(shown.decode().split("\0")[:-1], words)


if __name__ == "__main__":
    unittest.main()
