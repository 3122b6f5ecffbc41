"""What the player asks of the Kafka brokers, with Kafka's own tools in one of the pods, and rolling restarts."""

import re
import time

from kafka_pod import REPLICATION
from kube import is_ready
from podsets import revision

# The brokers' own certificate is also what the operator is known by.
TOOL = ("/opt/kafka/bin/kafka-tool {tool} --bootstrap-server $(hostname).{headless}:{port} "
        "{option} /tmp/kafka/admin.properties {rest}")
# Asking starts a Java program: not at every turn.
ASK_EVERY_SECONDS = 10
asked = {}
# Pod sets marked for a restart: the pods they had when the mark was first seen.
begun = {}


def run(cluster, tool, rest, option="--command-config", before="", stdin=""):
    pod = next((one for one in cluster.kube.list("Pod", cluster.selector_text()) if is_ready(one)), None)
    if not pod:
        return None
    script = TOOL.format(tool=tool, headless=cluster.headless, port=REPLICATION, option=option, rest=rest)
    return cluster.kube.run_in(pod["metadata"]["name"], before + script, stdin)


def ask(cluster, tool, rest):
    """The answer to a question, asked again when it is old; None when nobody answers."""
    at, answer = asked.get((cluster.name, tool, rest), (-ASK_EVERY_SECONDS, None))
    if time.monotonic() - at >= ASK_EVERY_SECONDS:
        answer = run(cluster, tool, rest)
        asked[cluster.name, tool, rest] = (time.monotonic(), answer)
    return answer


def hold_partitions(cluster, nodes):
    """What cannot be asked counts as yes."""
    described = ask(cluster, "kafka-topics", "--describe")
    if described is None:
        return True
    held = {int(node) for replicas in re.findall(r"Replicas: ([0-9,]+)", described) for node in replicas.split(",")}
    return bool(held & set(nodes))


def unregister(cluster, node):
    """Somebody else may have done it."""
    log = "/tmp/kafka/unregister.log"
    rest = f"--id {node} >{log} 2>&1 || grep -q 'is not currently registered' {log}"
    return run(cluster, "kafka-cluster unregister", rest, option="--config") is not None


def active_controller(cluster):
    found = re.search(r"^LeaderId:\s+(\d+)", run(cluster, "kafka-metadata-quorum", "describe --status") or "", re.M)
    return int(found[1]) if found else None


def roll(cluster, pods):
    """Restarts at most one pod that differs from what it should be, or is marked; True while any is left to restart."""
    found = cluster.kube.list("StrimziPodSet", f"strimzi.io/cluster={cluster.name}")
    sets = {one["metadata"]["name"]: one for one in found}
    wanted = {pod["metadata"]["name"]: revision(pod) for one in sets.values() for pod in one["spec"]["pods"]}
    for name, one in sets.items():
        if is_marked(one):
            begun.setdefault(name, {pod["metadata"]["uid"] for pod in pods if set_of(pod) == name})
    due = [pod for pod in pods if pod["metadata"]["name"] in wanted and (
        is_marked(pod) or revision(pod) != wanted[pod["metadata"]["name"]]
        or pod["metadata"]["uid"] in begun.get(set_of(pod), ()))]
    unmark(cluster, due)
    if not due:
        return False
    stuck = [pod for pod in due if not is_ready(pod)]
    if len([pod for pod in pods if is_ready(pod)]) < len(wanted) and not stuck:
        return True
    if not stuck and not in_sync(cluster):
        return True
    last = active_controller(cluster) if len(due) > 1 else None
    due.sort(key=lambda pod: (is_ready(pod), number(pod) == last, number(pod)))
    if "deletionTimestamp" not in due[0]["metadata"]:
        print(f"restarting {due[0]['metadata']['name']}", flush=True)
        cluster.kube.delete("Pod", due[0]["metadata"]["name"], due[0]["metadata"]["uid"])
    return True


def number(pod):
    return int(pod["metadata"]["name"].rsplit("-", 1)[1])


def is_marked(thing):
    return thing["metadata"].get("annotations", {}).get("strimzi.io/manual-rolling-update") == "true"


def set_of(pod):
    return pod["metadata"]["labels"].get("strimzi.io/controller-name")


def unmark(cluster, due):
    """A mark goes when the last of its pods has been restarted."""
    for name in set(begun) - {set_of(pod) for pod in due}:
        cluster.kube.merge("StrimziPodSet", name, {"metadata": {"annotations": {
            "strimzi.io/manual-rolling-update": None}}})
        del begun[name]


def in_sync(cluster):
    return run(cluster, "kafka-topics", "--describe --under-replicated-partitions") == ""
