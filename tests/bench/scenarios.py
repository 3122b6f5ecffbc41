"""The scenarios of tests/bench/all: which programs are run for each, how often, and when they cannot be."""
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import typing

HERE = pathlib.Path(__file__).resolve().parent


class Skip(Exception):
    """Why a scenario cannot be run here."""


@dataclasses.dataclass(frozen=True)
class Scenario:
    what: str
    commands: typing.Callable  # (program, quick) -> command lines, each of which tells figures
    limit_s: int = 300         # of one command


def compiled(name, runs, *arguments, quick=None):
    """A program of tests/bench in the same build, run so many times; `quick` are its arguments when it must be quick."""
    def commands(program, is_quick):
        bench = program.parents[1] / "tests/bench" / name
        if not bench.exists():
            raise Skip(f"there is no {bench}")
        return [[str(bench), *(quick if is_quick and quick else arguments)]] * (1 if is_quick else runs)
    return commands


def script(name, arguments, quick, after=()):
    """A script of tests/bench with the program, run once: it repeats by itself."""
    def commands(program, is_quick):
        return [[sys.executable, str(HERE / name), *(quick if is_quick else arguments), *after, str(program)]]
    return commands


def embedded(program, quick):
    return [[sys.executable, str(HERE / "console.py"), *(("--runs", "3", "--keys", "60", "--idle", "10") if quick else ()),
             "--until", "4 clusters", "--", str(program), "--demo"]]


def limits(brokers):
    return script("limits.py", ("--brokers", brokers), ("--brokers", brokers, "--seconds", "15"))


def on_apiserver(name, full, quick):
    """A script whose API server needs a Go compiler, where there is one."""
    def commands(program, is_quick):
        for needed in ("go", "curl"):
            if not shutil.which(needed):
                raise Skip(f"there is no {needed} on this machine, which the API server of {name} needs")
        return script(name, full.split(), quick.split())(program, is_quick)
    return commands


def scale(full, quick):
    return on_apiserver("scale.py", full, quick)


def lab(program, quick):
    """The lab of tests/lab, when it is up."""
    asked = subprocess.run([str(HERE.parent / "lab/lab"), "kubeconfig", "operator"], capture_output=True, text=True)
    config = asked.stdout.strip()
    if asked.returncode or not config:
        raise Skip("no lab is up (tests/lab/lab up)")
    console = [sys.executable, str(HERE / "console.py"), *(("--runs", "3", "--idle", "10") if quick else ()), "--size", "160x50"]
    commands = [sys.executable, str(HERE / "commands.py"), *(("--runs", "3") if quick else ())]
    return [[*console, "--until", "6 brokers", "--", str(program), "-A", "--kubeconfig", config], [*commands, config, str(program)]]


SCENARIOS = {
    "program": Scenario("size of the program, and its version", script("program.py", (), ("--runs", "9"))),
    "embedded": Scenario("the console on the embedded cluster", embedded),
    "lab": Scenario("six brokers on the lab", lab),
    "table": Scenario("sorting and filtering a table", compiled("bench_table", 3)),
    "sheets": Scenario("rows of 200,000 partitions and 50,000 queues", compiled("bench_sheets", 3)),
    "deck": Scenario("the deck with up to 10,000 clusters", compiled("bench_deck", 3)),
    "world": Scenario("the world by the number of clusters", compiled("bench_world", 3)),
    "impact": Scenario("what a plan would hit", compiled("bench_impact", 3)),
    "kafka-decode": Scenario("metadata of 200,000 partitions", compiled("bench_kafka_decode", 3)),
    "kube-decode": Scenario("lists of 10,000 pods become records", compiled("bench_kube_decode", 3)),
    "list-memory": Scenario("a list of 50,000 pods streams through an informer", compiled("bench_list_memory", 1), limit_s=120),
    "log": Scenario("a line of the log", compiled("bench_log", 3)),
    "portforward": Scenario("port-forwards leave nothing behind", compiled("bench_portforward", 1, quick=("1000",))),
    "limits-silent": Scenario("200 clusters of silent brokers with 1,024 descriptors", limits("silent")),
    "limits-refuse": Scenario("200 clusters whose brokers refuse", limits("refuse")),
    "limits-well": Scenario("200 clusters of RabbitMQ that are well", limits("well")),
    "six-beside-50000": Scenario(
        "six brokers beside 50,000 other pods, and alone",
        scale("--clusters 2 --others 50000 --alone --beside --runs 7 --rest 30 --changes 0 --changes 100 --changes 1000",
              "--clusters 2 --others 50000 --alone --runs 3 --rest 15 --changes 0 --changes 1000"), limit_s=1200),
    "long-way": Scenario("six brokers behind 300 ms, 64 kbit/s and a lost packet of a hundred",
                         on_apiserver("long_way.py", "", "--keys 60 --cuts 2"), limit_s=600),
    "2000-clusters": Scenario(
        "2,000 clusters of 6,000 brokers",
        scale("--clusters 2000 --beside --runs 3 --rest 30 --changes 0 --changes 100 --changes 1000",
              "--clusters 2000 --runs 1 --rest 15 --keys 40 --changes 0 --changes 1000"), limit_s=1800),
    "10000-clusters": Scenario(
        "10,000 clusters of 30,000 brokers",
        scale("--clusters 10000 --runs 1 --rest 30 --changes 0 --changes 100 --changes 1000",
              "--clusters 10000 --runs 1 --rest 15 --keys 40"), limit_s=1800),
    "kafka-200000": Scenario("Kafka with 200,000 partitions and 5,000 groups",
                             script("big_brokers.py", ("--kind", "kafka"), ("--kind", "kafka", "--runs", "1", "--rest", "15"))),
    "rabbitmq-50000": Scenario("RabbitMQ with 50,000 queues",
                               script("big_brokers.py", ("--kind", "rabbitmq"), ("--kind", "rabbitmq", "--runs", "1", "--rest", "15"))),
}
