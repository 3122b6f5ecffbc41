"""Figures of benches: read from lines, held against bounds, kept as JSON, compared.

A bench tells a figure in a line of its own, `figure NAME VALUE UNIT [LEAST..MOST] [words]`; figures.h writes it for programs
in C. A figure told several times, in one run or several, counts with its median, and its range is the noise.
"""
import fnmatch
import json
import pathlib
import re
import statistics

LINE = re.compile(r"^figure\s+(\S+)\s+(-?[0-9.eE+-]+)\s+(\S+)(?:\s+(-?[0-9.]+)\.\.(-?[0-9.]+))?(?:\s|$)")
# What may differ between two runs of one program on a quiet machine, by unit: a share, and an amount below which it says
# nothing. A figure of the clock that was taken once gets twice the share.
NOISE = {"ms": (0.10, 0.05), "s": (0.10, 0.02), "ns": (0.15, 1), "%": (0.20, 0.1), "x": (0.10, 0.02), "MiB": (0.05, 0.2),
         "KiB": (0.05, 256), "MB": (0.02, 0.01), "B": (0.05, 8), "MB/s": (0.10, 1), "/s": (0.10, 0.2)}
OTHER_NOISE = (0.02, 0)
CLOCK = ("ms", "s", "ns", "%", "x", "MB/s")
MORE_IS_BETTER = ("MB/s", "forwards/s", "x-ahead")


def tell(name, values, unit):
    """Prints a figure in a form that parse() reads; nothing when there are no values."""
    values = [v for v in (values if isinstance(values, (list, tuple)) else [values]) if v is not None]
    if not values:
        return
    span = f" {min(values):.3f}..{max(values):.3f}" if len(values) > 1 else ""
    print(f"figure {name:46} {statistics.median(values):12.3f} {unit}{span}", flush=True)


def parse(text, prefix):
    """{name: (unit, [values], [least, most])} of a bench's output."""
    found = {}
    for match in filter(None, map(LINE.match, text.splitlines())):
        name, value, unit, least, most = match.groups()
        entry = found.setdefault(f"{prefix}/{name}", (unit, [], []))
        if entry[0] != unit:
            raise SystemExit(f"{prefix}/{name} is told in {entry[0]} and in {unit}")
        entry[1].append(float(value))
        entry[2].extend([float(least), float(most)] if least else [float(value)])
    return found


def merge(runs):
    """The figures of several runs of one bench as a list for the JSON."""
    merged = {}
    for run in runs:
        for name, (unit, values, span) in run.items():
            entry = merged.setdefault(name, (unit, [], []))
            entry[1].extend(values)
            entry[2].extend(span)
    return [{"name": name, "value": statistics.median(values), "unit": unit, "least": min(span), "most": max(span),
             "times": len(values)} for name, (unit, values, span) in merged.items()]


def read_bounds(path):
    """[(pattern, sign, value, unit, source)] of the table of bounds."""
    bounds = []
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(None, 4)
        if len(fields) != 5 or fields[1] not in ("<=", ">="):
            raise SystemExit(f"{path}:{number}: a line is FIGURE <=|>= VALUE UNIT SOURCE")
        bounds.append((fields[0], fields[1], float(fields[2]), fields[3], fields[4]))
    return bounds


def hold(figure, bounds):
    """Puts "bound" and "kept" into a figure that has a bound. A bound in another unit is an error, never a kept bound."""
    for pattern, sign, value, unit, source in bounds:
        if fnmatch.fnmatch(figure["name"], pattern):
            if unit != figure["unit"]:
                raise SystemExit(f"{figure['name']} is in {figure['unit']}, its bound in {unit}")
            figure["bound"] = f"{sign} {value:g}"
            figure["source"] = source
            figure["kept"] = figure["value"] <= value if sign == "<=" else figure["value"] >= value
            return


def short(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}" \
        if abs(value) >= 0.1 or value == 0 else f"{value:.4f}"


def print_table(figures):
    print(f"{'figure':58} {'value':>10} {'unit':11} {'range':>19} {'bound':>9}")
    for figure in figures:
        span = f"{short(figure['least'])} … {short(figure['most'])}" if figure["least"] != figure["most"] else ""
        verdict = "" if "kept" not in figure else "kept" if figure["kept"] else "MISSED"
        print(f"{figure['name']:58} {short(figure['value']):>10} {figure['unit']:11} {span:>19} {figure.get('bound', ''):>9}"
              f" {verdict}".rstrip())


def beyond_noise(old, new):
    share, amount = NOISE.get(new["unit"], OTHER_NOISE)
    if new["unit"] in CLOCK and min(old["times"], new["times"]) == 1 and old["least"] == old["most"]:
        share *= 2
    difference = abs(new["value"] - old["value"])
    apart = new["value"] > old["most"] or new["value"] < old["least"]
    apart = apart and (old["value"] > new["most"] or old["value"] < new["least"])
    return apart and difference > amount and difference > share * abs(old["value"])


def compare(old_path, new_path):
    """Prints what became better or worse beyond noise. 1 when anything became worse or is not measured any more."""
    old, new = (json.loads(pathlib.Path(path).read_text()) for path in (old_path, new_path))
    for which, run in (("old", old), ("new", new)):
        print(f"{which}: {run['commit']} of {run['date']}, {run['build']}, load {run['load']:.1f} at the start")
    before = {figure["name"]: figure for figure in old["figures"]}
    after = {figure["name"]: figure for figure in new["figures"]}
    sorted_out = {"worse": [], "better": []}
    for name in (name for name in after if name in before and after[name]["unit"] == before[name]["unit"]):
        if beyond_noise(before[name], after[name]):
            more = after[name]["value"] > before[name]["value"]
            sorted_out["better" if more == (after[name]["unit"] in MORE_IS_BETTER) else "worse"].append(name)
    for word, names in sorted_out.items():
        print(f"\n{word}: {len(names) or 'nothing'}")
        for name in names:
            a, b = before[name], after[name]
            ratio = f" x {b['value'] / a['value']:.2f}" if a["value"] else ""
            print(f"  {name:58} {short(a['value']):>10} -> {short(b['value']):>10} {b['unit']:5}{ratio}")
    gone = [name for name in before if name not in after]
    for title, names in (("not measured any more", gone), ("new", [name for name in after if name not in before])):
        if names:
            print(f"\n{title}: {', '.join(names)}")
    return 1 if sorted_out["worse"] or gone else 0


def print_verdict(result, bounds, names):
    """What missed its bound, and which bounds of the scenarios asked for have no figure. The exit code."""
    missed = [figure for figure in result["figures"] if figure.get("kept") is False]
    held = sum("kept" in figure for figure in result["figures"])
    names = [name for name in names if name not in result["not_run"]]
    bare = [pattern for pattern, *_ in bounds if pattern[:2] != "*/" and fnmatch.filter(names, pattern.split("/")[0])
            and not any(fnmatch.fnmatch(figure["name"], pattern) for figure in result["figures"])]
    print(f"\n{held - len(missed)} bounds kept, {len(missed)} missed, {len(bare)} without a figure")
    for figure in missed:
        print(f"missed: {figure['name']}: {short(figure['value'])} {figure['unit']}, bound {figure['bound']} "
              f"({figure['source']})")
    for pattern in bare:
        print(f"without a figure: {pattern}")
    failed = any(reason.startswith("failed") for reason in result["not_run"].values())
    return 1 if missed or failed else 0
