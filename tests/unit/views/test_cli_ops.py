#!/usr/bin/env python3
"""`mqdeck plan`, `run` and `ops` as a pipeline uses them, against a served embedded cluster: exit codes, JSON, a process
that is killed in the middle and one that is asked to stop."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MQDECK = sys.argv.pop(1)
PATIENCE_S = 240


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mqdeck-cli-")
        self.addCleanup(self.folder.cleanup)
        root = pathlib.Path(self.folder.name)
        self.kubeconfig = root / "kubeconfig"
        self.environment = dict(os.environ, XDG_STATE_HOME=str(root / "state"), MQDECK_CONFIG=os.devnull)
        self.server = subprocess.Popen([MQDECK, "demo-server", "--write-kubeconfig", str(self.kubeconfig)],
                                       env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop_server)
        self.wait_for(lambda: self.kubeconfig.exists() and self.kubeconfig.stat().st_size > 0)

    def stop_server(self):
        self.server.terminate()
        self.server.wait()

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "nothing came")
            time.sleep(0.05)

    def words(self, *words):
        return [MQDECK, "--kubeconfig", str(self.kubeconfig), "--settle-timeout", "60s", *words]

    def mqdeck(self, *words, code=0):
        done = subprocess.run(self.words(*words), env=self.environment, capture_output=True, text=True,
                              timeout=PATIENCE_S)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def replay(self, *lines, options=("--yes",)):
        """The console, played from a tape."""
        tape = pathlib.Path(self.folder.name) / "console.tape"
        tape.write_text("\n".join(("Set Size 120x40", "Wait+Screen@60s /orders-0/") + lines) + "\n", "utf-8")
        return self.mqdeck(*options, "replay", str(tape))

    def plans(self):
        return json.loads(self.mqdeck("ops", "-o", "json").stdout)

    def begin(self, *words):
        """A run that has done its first step."""
        process = subprocess.Popen(self.words("run", *words, "--yes", "--accept", "careful", "-o", "json"),
                                   env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "step" and event["state"] == "done":
                return process
        self.fail(process.stderr.read())

    def test_a_plan_tells_its_danger_by_the_exit_code(self):
        plan = json.loads(self.mqdeck("plan", "scale", "prod/orders", "replicas=4", "-o", "json", code=10).stdout)
        self.assertEqual((plan["operation"], plan["target"], plan["state"], plan["severity"], plan["error"]),
                         ("scale", "prod/orders/kafka", "ready", "careful", None))
        self.assertTrue(plan["changes"] and plan["steps"] and plan["cautions"])
        self.assertTrue(plan["steps"][0]["dryRun"])
        plan = json.loads(self.mqdeck("plan", "roll", "prod/events", "-o", "json", code=10).stdout)
        blast, = plan["blast"]
        self.assertEqual((blast["cluster"], len(blast["brokers"])), ("prod/events/rabbitmq", 3))
        self.assertEqual(sum(client["connections"] for client in blast["clients"]), blast["connections"])
        plan = json.loads(self.mqdeck("plan", "scale", "prod/orders", "replicas=0", "-o", "json", code=30).stdout)
        self.assertTrue(plan["blocks"])
        self.assertIn("Blocked", self.mqdeck("plan", "uncordon", "node-1", code=30).stdout)
        self.assertEqual(self.plans(), [])

    def test_a_target_is_looked_for_where_it_is(self):
        self.assertIn("Restart rabbitmq events", self.mqdeck("-n", "staging", "plan", "roll", "prod/events", code=10).stdout)
        blocked = self.mqdeck("-n", "staging", "plan", "drain", "node-2", code=30).stdout
        self.assertIn("would be evicted without gates", blocked)
        self.assertNotIn("without their gates", self.mqdeck("-A", "plan", "drain", "node-2", code=30).stdout)

    def test_what_cannot_be_planned_is_one_object_too(self):
        for words, part in ((("scale", "nowhere", "replicas=4"), "nowhere"), (("explode", "orders"), "explode"),
                            (("scale", "prod/orders", "replicas=many"), "replicas"),
                            (("scale", "prod/orders", "4"), "NAME=VALUE")):
            done = self.mqdeck("plan", *words, "-o", "json", code=2)
            plan = json.loads(done.stdout)
            self.assertEqual((plan["operation"], plan["target"], plan["steps"]), (words[0], words[1], []))
            self.assertIn(part, plan["error"])
            self.assertIn(part, done.stderr)

    def test_nothing_is_run_that_was_not_accepted(self):
        self.assertIn("--accept careful", self.mqdeck("run", "cordon", "node-2", "--yes", code=10).stderr)
        self.assertIn("--yes", self.mqdeck("run", "cordon", "node-2", "--accept", "careful", code=2).stderr)
        self.mqdeck("run", "uncordon", "node-2", "--yes", "--accept", "dangerous", code=30)
        self.assertEqual(self.plans(), [])

    def test_a_run_is_journalled_and_taken_back(self):
        out = self.mqdeck("run", "cordon", "node-2", "--yes", "--accept", "careful").stdout
        self.assertIn("1/2 done: set unschedulable", out)
        self.assertIn("done in", out)
        plan, = self.plans()
        self.assertEqual((plan["state"], plan["step"], plan["steps"]), ("done", 2, 2))
        self.assertIn("nothing to resume or abandon", self.mqdeck("ops", "resume", plan["id"], "--yes", code=1).stderr)
        self.mqdeck("ops", "rollback", plan["id"], "--yes")
        nodes = json.loads(self.mqdeck("get", "nodes", "-o", "json").stdout)
        self.assertFalse(any(node.get("cordoned") for node in nodes))
        self.assertEqual(sorted(bool(plan["undoneBy"]) for plan in self.plans()), [False, True])

    def test_killed_in_the_middle_it_is_resumed(self):
        process = self.begin("scale", "prod/orders", "replicas=4")
        second = json.loads(self.mqdeck("plan", "scale", "prod/orders", "replicas=5", "-o", "json", code=30).stdout)
        self.assertIn("holds the lease prod/mqdeck-kafka-orders", " ".join(second["blocks"]))
        identity = self.plans()[0]["id"]
        self.assertEqual(self.plans()[0]["state"], "running")
        self.assertIn("is being run", self.mqdeck("ops", "resume", identity, "--yes", code=1).stderr)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.assertEqual(self.plans()[0]["state"], "interrupted")
        self.assertTrue(self.plans()[0]["resumable"])
        out = self.mqdeck("ops", "resume", identity, "--yes", "--accept", "careful").stdout
        self.assertIn("resumes at step 2 of 3", out)
        self.assertIn("3/3 done", out)
        self.assertEqual(self.plans()[0]["state"], "done")
        brokers = json.loads(self.mqdeck("get", "brokers", "-o", "json").stdout)
        self.assertEqual(sum(broker["cluster"] == "orders" for broker in brokers), 4)

    def test_a_move_that_is_interrupted_says_what_stays_and_is_taken_back(self):
        process = self.begin("reassign", "prod/orders", "topic=clickstream.raw", "from=0", "to=2", "throttle=1M")
        for line in process.stdout:
            if json.loads(line).get("figure"):
                break  # it moves
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("left behind: the replication throttle stays on (step 1: ", errors)
        self.assertIn("left behind: the brokers go on with the moves that have begun (step 2: ", errors)
        identity = self.plans()[0]["id"]
        self.assertIn(f"`mqdeck ops resume {identity} --yes` resumes it", errors)
        self.assertIn(f"`mqdeck ops rollback {identity} --yes` takes it back", errors)
        # What moves is in the first picture of a process that lives no longer than its plan.
        plan = json.loads(self.mqdeck("plan", "reassign", "prod/orders", "cancel=true", "-o", "json").stdout)
        self.assertIn("cancel the reassignment of", plan["steps"][0]["title"])
        self.mqdeck("ops", "rollback", identity, "--yes", "--accept", "careful")
        self.assertIn("nothing is being reassigned",
                      self.mqdeck("plan", "reassign", "prod/orders", "cancel=true", code=30).stdout)

    def test_the_console_sees_the_plan_of_another_process_and_takes_it_up_when_that_is_gone(self):
        process = self.begin("scale", "prod/orders", "replicas=4")
        self.replay("Wait+Screen@20s /@.* is running: Scale kafka orders from 3 to 4 brokers, started \\d+s ago/",
                    "ExpectNot /interrupted/", 'Type ":ops"', "Enter", "Wait+Screen /running .*Scale kafka orders/",
                    'Type "p"', "Wait+Screen /pause: only possible for plans that run in this console/",
                    'Type "c"', "Wait+Screen /resume: it is still running/", "Enter", "Wait+Screen /running at step 2 of 3/",
                    "Expect /unavailable: it is still running/", "Expect /Changes +StatefulSet/")
        clusters = {cluster["cluster"]: cluster for cluster in json.loads(self.mqdeck("get", "clusters", "-o", "json").stdout)}
        self.assertEqual(clusters["orders"]["plan"], "Scale kafka orders from 3 to 4 brokers")
        self.assertEqual(clusters["orders"]["planBy"], self.plans()[0]["by"])
        self.assertTrue(all(cluster["plan"] is None for name, cluster in clusters.items() if name != "orders"))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        asks = ("Wait+Screen@20s /1 plan was interrupted; resume it in :operations/", 'Type ":ops"',
                "Enter", "Wait+Screen /interrupted .*at orders-3 ready/", "ExpectNot /was interrupted/", 'Type "c"')
        self.replay(*asks, "Wait+Screen@20s /mqdeck is read-only/", "ExpectNot /Run/", "Escape",
                    'Type "x"', "Wait+Screen /It stopped at step 2 of 3/", "Tab", "Enter",
                    "Wait+Screen /mqdeck is read-only/", options=("--readonly",))
        self.assertEqual(self.plans()[0]["state"], "interrupted")
        self.replay(*asks, "Wait+Screen@20s /resumes at step 2 of 3/", "Shift+Tab", "Enter",
                    "Wait+Screen@120s /done, careful/", "Escape", "Wait+Screen /done .*Scale kafka orders/")
        self.assertEqual(self.plans()[0]["state"], "done")

    def test_without_a_place_for_a_journal_nothing_is_done(self):
        cordon = ("run", "cordon", "node-1", "--yes", "--accept", "careful")
        self.environment["XDG_STATE_HOME"] = str(self.kubeconfig)  # a file: nothing can be made below it
        self.assertIn("cannot create the directory", self.mqdeck(*cordon, code=1).stderr)
        for name in ("HOME", "XDG_STATE_HOME"):
            self.environment.pop(name, None)
        why = "nothing is done without a journal"
        self.assertIn(why, self.mqdeck(*cordon, code=1).stderr)
        self.replay('Type ":nodes"', "Enter", 'Type "gc"', "Wait+Screen@20s /Run/", "Tab", "Enter",
                    f"Wait+Screen@20s /{why}/")
        self.assertIn("neither XDG_STATE_HOME nor HOME", self.mqdeck("ops", code=1).stderr)
        nodes = json.loads(self.mqdeck("get", "nodes", "-o", "json").stdout)
        self.assertEqual([node["name"] for node in nodes if node.get("cordoned")], [])
        self.assertTrue(all("cordoned" in node for node in nodes), nodes[0])

    def test_asked_to_stop_it_stops_and_can_be_abandoned(self):
        process = self.begin("scale", "prod/orders", "replicas=4")
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 1)
        end = json.loads(out.splitlines()[-1])
        self.assertEqual((end["event"], end["plan"]["state"]), ("end", "cancelled"))
        identity = end["plan"]["id"]
        self.assertIn(f"ops resume {identity}", errors)
        self.assertIn("cancelled", self.mqdeck("ops", "show", identity).stdout)
        self.mqdeck("ops", "abandon", identity)
        self.assertEqual(self.plans()[0]["state"], "abandoned")
        self.assertIn("abandoned", self.mqdeck("ops", "resume", identity, "--yes", code=1).stderr)

    def test_help_lists_the_operations(self):
        out = self.mqdeck("--help").stdout
        for word in ("scale CLUSTER", "cordon NODE", "replicas", "ops"):
            self.assertIn(word, out)


if __name__ == "__main__":
    unittest.main()
