#!/usr/bin/env python3
"""The rooms of the tree: the prefixes that a room's public names begin with, and the rooms that it may include and call.
A prefix belongs to one room (the types of steps and operations aside, which ops.def and steps.def name). includes.py
holds the sources against this table, and called with a build tree this file holds the objects against it: every name
tells its room, no call goes against the order, a static function's name stands once, and every public function has a
caller in another file of the program."""
import collections
import json
import pathlib
import re
import subprocess
import sys

Room = collections.namedtuple("Room", "prefixes calls")


def room(prefixes, *calls):
    return Room(tuple(prefix + "_" for prefix in prefixes.split()), frozenset(calls) | {"api/base"})


KUBE = ("api/kube/client", "api/kube/config", "api/kube/records")
KAFKA = ("api/kafka/client", "api/kafka/poll", "api/kafka/wire")
# Data goes through the model once, from records and sources through the join and the rules into the world; who stands above
# sees the world and its shapes alone.
MODEL = ("api/model/records", "api/model/world")
# Operations write plans and judge them; none knows the engine, which finds them in the table, runs their plans and keeps the
# journals. Who stands above sees the engine and what there is to be read of a plan.
OPS = ("api/ops/engine", "api/ops/impact", "api/ops/journal", "api/ops/plan", "api/ops/table")
OPERATION = (*MODEL, "api/ops/impact", "api/ops/parts", "api/ops/plan")
TUI = ("tui/draw", "tui/keys", "tui/tape", "tui/terminal", "tui/theme", "tui/widgets")

# What of views needs no terminal.
FACELESS = ("views/cli", "views/fleet", "views/session", "views/sheets")

ROOMS = {
    "api/base": room("arena buf cell clock descriptors err file footprint json keys log loop map mem str text"),
    "api/net": room("adopt dial http multi net_tls pair peer relay websocket ws"),
    "api/config": room("config"),
    "api/kube/records": room("kube"),
    "api/kube/config": room("kube kubeconfig", "api/kube/records", "api/net"),
    "api/kube/client": room("kube", "api/kube/config", "api/kube/records", "api/net"),
    "api/kube/watch": room("kube_informer", *KUBE),
    "api/rabbitmq": room("rabbitmq", "api/net"),
    "api/kafka/wire": room("kafka"),
    "api/kafka/client": room("kafka", "api/kafka/wire", "api/net"),
    "api/kafka/poll": room("kafka", "api/kafka/client", "api/kafka/wire"),
    "api/model/records": room("record world", *KUBE, "api/kafka/poll", "api/rabbitmq"), # of the brokers' the tables of fields
    "api/model/sources": room("source", *KUBE, *KAFKA, "api/kube/watch", "api/model/records", "api/net", "api/rabbitmq"),
    "api/model/join": room("join", *KUBE, *KAFKA, "api/model/records", "api/model/sources", "api/rabbitmq"),
    "api/model/rules": room("rule rules", *KUBE, "api/model/join", "api/model/records", "api/rabbitmq"),
    "api/model/world": room("world", *KUBE, *KAFKA, "api/model/join", "api/model/records", "api/model/rules",
                            "api/model/sources", "api/rabbitmq"),
    "api/ops": room("ops"), # the lists of operations and types of steps
    "api/ops/plan": room("ops", *KUBE, *KAFKA, *MODEL, "api/ops"),
    "api/ops/journal": room("ops_journal ops_history", "api/ops/plan"),
    "api/ops/impact": room("ops_impact ops_map", *MODEL, "api/ops/plan"),
    "api/ops/parts": room("ops_pods ops_scale ops_failover ops_operator ops_why", *KUBE, *OPERATION),
    "api/ops/kafka": room("ops_kafka", *KAFKA, *OPERATION),
    "api/ops/rabbitmq": room("ops_rabbitmq", *OPERATION),
    "api/ops/kube": room("ops_kube", *KUBE, *OPERATION),
    "api/ops/common": room("ops_common", *KUBE, *OPERATION, "api/ops/kafka", "api/ops/rabbitmq"), # by their kinds alone
    "api/ops/table": room("ops", "api/ops", "api/ops/common", "api/ops/kafka", "api/ops/kube", "api/ops/parts",
                          "api/ops/plan", "api/ops/rabbitmq"),
    "api/ops/engine": room("ops", *KUBE, *KAFKA, *MODEL, "api/ops/journal", "api/ops/plan", "api/ops/table"),
    "api/demo/base": room("demo"),
    "api/demo/http": room("demo_http demo_json demo_request"),
    "api/demo/kube": room("demo_kube", "api/demo/base", "api/demo/http"),
    "api/demo/kafka": room("demo_kafka", "api/demo/base", "api/demo/kube", "api/kafka/wire"),
    "api/demo/rabbitmq": room("demo_rabbitmq", "api/demo/base", "api/demo/http", "api/demo/kube"),
    "api/demo/host": room("demo", "api/demo/base", "api/demo/http", "api/demo/kafka", "api/demo/kube", "api/demo/rabbitmq",
                          "api/net"),
    "tui/keys": room("event key keymap"),
    "tui/draw": room("canvas chart colour rect severity split style", "tui/keys"),
    "tui/theme": room("theme", "tui/draw"),
    "tui/widgets": room("dialog line_edit matrix pager pattern table", "tui/draw", "tui/keys"),
    "tui/terminal": room("curses input terminal tty", "tui/draw", "tui/keys", "tui/theme"),
    "tui/tape": room("tape", "tui/draw", "tui/keys", "tui/terminal", "tui/theme", "tui/widgets"),
    "views/sheets": room("selection sheet view_scope", *KUBE, *MODEL, "api/kafka/poll", "api/rabbitmq"), # tables of fields
    "views/session": room("plans session", *KUBE, *MODEL, *OPS, "api/config", "api/demo/host"),
    "views/fleet": room("fleet", *KUBE, *MODEL, "api/config", "api/demo/host", "views/session", "views/sheets"),
    "views/cli": room("cli main", *KUBE, *MODEL, *OPS, "api/config", "api/demo/host", "views/fleet", "views/session",
                      "views/sheets"),
    "views/app": room("action app frame prompt view", *KUBE, *MODEL, *OPS, *TUI, *FACELESS, "api/config"),
    "views/screens": room("action deck detail log_lines logs operation_picker plan plan_lines plan_map plan_story quorum_line"
                          " text_view view", *KUBE, *MODEL, *OPS, *TUI, *FACELESS, "views/app"),
    "views/console": room("action console main view", "api/demo/host", *KUBE, *MODEL, *OPS, *TUI, *FACELESS, "api/config", "views/app",
                          "views/screens"),
    "views": room("main", *FACELESS, "api/config", "api/ops/engine", "api/ops/table", "views/app",
                  "views/console"),
}

# Names that a table needs to be so, whatever the room; `cleanup_` belongs to DEFINE_CLEANUP.
TABLE_PREFIXES = {"api/ops/": ("ops_operation_", "ops_step_"), "": ("cleanup_",)}
# Set aside: the program's entry, and a symbol that GnuTLS looks for (views/main.c says why).
OUTSIDE = {"main", "_gnutls_global_init_skip"}
# What only the tests and benchmarks call: they drive the parts that the program leaves to a terminal, a timer or a server,
# and see what it merely draws.
OBSERVED = set("""
    canvas_equal pager_bytes pager_dropped pager_line_count pattern_is_inverse table_line table_sort_column
    table_sort_descending tape_parse tape_player_exit tape_player_is_done terminal_set_size
    dial_tcp_create dial_tcp_destroy http_in_flight log_end_position loop_run
    kafka_api_list kafka_decode_body kafka_snapshot_bytes kafka_snapshot_topic
    kube_kind_find kubeconfig_current_context
    demo_dump demo_fail_node demo_heal_node demo_kill_pod demo_start_api demo_stop_api demo_url
""".split())

WORD = re.compile(r"\w+")
STATIC = re.compile(r"^static (?!inline)[^=;{]*?\b(?!PRINTF_LIKE)(\w+)\([^;]*$", re.M)


def room_of(path):
    """The room that a source stands in, or None."""
    folder = str(pathlib.PurePosixPath(path).parent)
    return folder if folder in ROOMS else None


def symbols(build, root):
    """{source: (defined, wanted)} of every object, the tests' too."""
    found, source_of = {}, {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        source = (pathlib.Path(command["directory"]) / command["file"]).resolve()
        name = source.relative_to(root).as_posix() if source.is_relative_to(root) else None
        target = build / command["output"]
        if name and target.is_file():
            found.setdefault(name, (set(), set()))
            source_of[str(target)] = name
    # All at once: a process an object takes longer than the test may on a busy machine.
    listing = subprocess.run(["nm", "-A", *source_of], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        target, _, rest = line.partition(":")
        kind, symbol = rest.split()[-2:]
        if symbol.startswith("_") and symbol not in OUTSIDE:
            continue
        defined, wanted = found[source_of[target]]
        if kind == "U":
            wanted.add(symbol)
        elif kind in "TDBRC":
            defined.add(symbol)
    return found


def name_complaints(found):
    for source, (defined, _) in sorted(found.items()):
        where = room_of(source)
        if not where:
            continue
        allowed = ROOMS[where].prefixes
        for start, prefixes in TABLE_PREFIXES.items():
            allowed += prefixes if where.startswith(start) else ()
        for symbol in sorted(defined - OUTSIDE):
            if not symbol.startswith(allowed) and symbol + "_" not in allowed:
                yield f"{source}: {symbol} does not begin with a prefix of {where}: {' '.join(ROOMS[where].prefixes)}"


def call_complaints(found):
    home = {symbol: source for source, (defined, _) in found.items() if room_of(source) for symbol in defined}
    for source, (_, wanted) in sorted(found.items()):
        where = room_of(source)
        for symbol in sorted(wanted & home.keys()) if where else ():
            other = room_of(home[symbol])
            if other != where and other not in ROOMS[where].calls:
                yield f"{source}: {where} must not call {symbol} of {other}"


def unused_complaints(found, root):
    program = {symbol for source, (_, wanted) in found.items() if room_of(source) for symbol in wanted}
    tests = {word for path in (root / "tests").rglob("*.c") for word in WORD.findall(path.read_text(encoding="utf-8"))}
    for source, (defined, _) in sorted(found.items()):
        if not room_of(source):
            continue
        text = (root / source).read_text(encoding="utf-8") if (root / source).is_file() else ""
        for symbol in sorted(defined - program - OUTSIDE - OBSERVED):
            inside = len(re.findall(rf"\b{symbol}\b", text)) > 1
            if inside and symbol not in tests:
                yield f"{source}: {symbol} is called in its own file only: make it static"
            elif not inside:
                yield f"{source}: {symbol} has no caller" + (" but tests" if symbol in tests else "")
    for symbol in sorted(OBSERVED & program):
        yield f"tests/unit/rooms.py: {symbol} has a caller in the program: it is none of OBSERVED"


def static_complaints(root):
    places = collections.defaultdict(set)
    for source in sorted(path for top in ("api", "tui", "views") for path in (root / top).rglob("*.c")):
        for match in STATIC.finditer(source.read_text(encoding="utf-8")):
            places[match.group(1)].add(source.relative_to(root).as_posix())
    for name, files in sorted(places.items()):
        if len(files) > 1:
            yield f"static {name} stands in {', '.join(sorted(files))}"


def main():
    root, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    found = symbols(build, root)
    count = sum(len(defined) for source, (defined, _) in found.items() if room_of(source))
    if count < 500:
        print(f"only {count} public names found in {build}: built with -Db_lto=true, or not built?")
        return 1
    complaints = [*name_complaints(found), *call_complaints(found), *unused_complaints(found, root),
                  *static_complaints(root)]
    print("\n".join(complaints))
    print(f"{count} public names, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
