#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which lines of the modules were executed?
usage: report.py [--check FLOOR] [--results FILE] [--lines] [--each] DIR [SOURCE...]
  DIR     of tests/coverage/run: tree/ (sources and .gcno files as built), */gcov/NNN (counters)
  --check FLOOR   TAP: is each file's and the total percentage at least what FLOOR says?
  --results FILE  put a table into its section "Coverage"
  --lines         print the lines that were never executed, of SOURCE or of all
  --each          what each scenario executed, and what only it did"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PARTS = ("kmod/", "nf_nat_")
BUILT = ("kmod/*.gcno", "nf_nat_*/*.gcno", "tests/kunit/*.gcno")
HEADING = "## Coverage"
HARMLESS = ("cannot open data file", "no functions found")
GCOV_BATCH = 100


def documents(text):
    """gcov prints one JSON document for each object file"""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        doc, end = decoder.raw_decode(text)
        yield doc
        text = text[end:]


def gcov(folder, names):
    """{source: {line: count}} of object files, by what lies in the folder"""
    lines = {}
    for i in range(0, len(names), GCOV_BATCH):
        out = subprocess.run(["gcov", "--json-format", "--stdout", *names[i:i + GCOV_BATCH]],
                             cwd=folder, check=False, capture_output=True, text=True)
        trouble = [l for l in out.stderr.splitlines() if not any(h in l for h in HARMLESS)]
        if trouble or out.returncode:
            sys.exit(f"gcov, status {out.returncode}: " + "\n".join(trouble[:5]))
        for doc in documents(out.stdout):
            for source in doc["files"]:
                path = os.path.join(doc["current_working_directory"], source["file"])
                add(lines, os.path.normpath(path), source["lines"])
    return lines


def add(lines, path, entries):
    """A line may be in the object several times: inlined, or included by two files"""
    counts = lines.setdefault(path, {})
    for entry in entries:
        n = entry["line_number"]
        counts[n] = counts.get(n, 0) + entry["count"]


def merge(into, new):
    """Sum up two of what gcov() returns"""
    for path, counts in new.items():
        have = into.setdefault(path, {})
        for n, count in counts.items():
            have[n] = have.get(n, 0) + count


class Run:
    """What one run of tests/coverage/run left behind"""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.tree = self.folder / "tree"
        self.built = Path((self.folder / "built").read_text(encoding="utf-8").strip())
        self.notes = sorted(str(p.relative_to(self.tree)) for part in BUILT
                            for p in self.tree.glob(part))
        if not self.notes:
            sys.exit(f"no .gcno file in {self.tree}: the modules were not built for this")

    def ours(self, lines):
        """Sources of the modules alone, named as in the repository"""
        found = {}
        for path, counts in lines.items():
            if not path.startswith(f"{self.built}/"):
                continue
            name = path[len(str(self.built)) + 1:]
            if name.startswith(PARTS):
                found[name] = counts
        return found

    def nothing(self):
        """All lines that could be executed, none of which were"""
        with tempfile.TemporaryDirectory() as tmp:
            self.copy_notes(tmp)
            return self.ours(gcov(tmp, self.notes))

    def copy_notes(self, folder):
        for name in self.notes:
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.tree / name, target)

    def snapshots(self):
        """(scenario, folder) of each set of counters"""
        for gcov_dir in sorted(self.folder.glob("*/gcov")):
            plan = [Path(p).stem for p in (gcov_dir.parent / ".plan").read_text().split()]
            plan = [p for p in plan if p != "counters"]
            for i, folder in enumerate(sorted(gcov_dir.iterdir())):
                yield plan[i], folder

    def lines_of(self, snapshot):
        """gcov wants notes and counters beside each other"""
        with tempfile.TemporaryDirectory() as tmp:
            self.copy_notes(tmp)
            names = []
            root = snapshot / str(self.built).lstrip("/")
            for data in root.rglob("*.gcda"):
                name = str(data.relative_to(root))
                shutil.copy(data, Path(tmp, name))
                names.append(name)
            return self.ours(gcov(tmp, sorted(names)))


def covered(counts):
    return sum(1 for count in counts.values() if count)


def percent(done, of):
    """Cut, not rounded: 100 is said of nothing less"""
    return done * 1000 // of / 10 if of else 100.0


def rows(total):
    """(name, lines, covered) for each file and for all"""
    for name in sorted(total):
        yield name, len(total[name]), covered(total[name])
    yield ("total", sum(len(c) for c in total.values()), sum(covered(c) for c in total.values()))


def ranges(numbers):
    """1, 2, 3, 7 is 1-3, 7"""
    spans = []
    for n in sorted(numbers):
        if spans and spans[-1][1] == n - 1:
            spans[-1][1] = n
        else:
            spans.append([n, n])
    return ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in spans)


def read_floor(path):
    floor = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words:
            floor[words[0]] = float(words[1])
    return floor


def check(total, path):
    """TAP; is nothing below what is written down?"""
    floor = read_floor(path)
    good = True
    for name in floor.keys() - total.keys() - {"total", "file"}:
        print(f"not ok - coverage: {name}, which {path} names, was measured")
        good = False
    for name, of, done in rows(total):
        least = floor.get(name, floor["file"])
        enough = percent(done, of) >= least
        good &= enough
        if not enough and name in total:
            missing = ranges(n for n, count in total[name].items() if not count)
            print(f"# {name}: not executed: {missing}")
        print(f"{'ok' if enough else 'not ok'} - coverage: {name}: "
              f"{percent(done, of)} % of {of} lines, at least {least}")
    return good


def write_results(run, total, path):
    """The section is written anew, or put at the end; others stay as they are"""
    out = [HEADING, "", *(run.folder / "facts").read_text(encoding="utf-8").splitlines(), "",
           "| file | lines | executed | % |", "|---|---|---|---|"]
    out += [f"| {name} | {of} | {done} | {percent(done, of)} |" for name, of, done in rows(total)]
    path = Path(path)
    old = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    before, _, rest = old.partition(HEADING + "\n")
    after = rest[rest.index("\n## "):] if "\n## " in rest else ""
    path.write_text(before.rstrip("\n") + "\n\n" + "\n".join(out) + "\n" + after,
                    encoding="utf-8")


def print_lines(run, total, sources):
    for name in sources or sorted(total):
        if name not in total:
            sys.exit(f"no line of '{name}' was measured; there are: {' '.join(sorted(total))}")
        text = (run.tree / name).read_text(encoding="utf-8").splitlines()
        for n in sorted(n for n, count in total[name].items() if not count):
            print(f"{name}:{n}:{text[n - 1]}")


def each(by_scenario):
    """How many lines each scenario executed, and how many of these no other did"""
    sets = [(name, {(f, n) for f, c in lines.items() for n, count in c.items() if count})
            for name, lines in by_scenario]
    for i, (name, mine) in enumerate(sets):
        others = set().union(*(s for j, (_, s) in enumerate(sets) if j != i))
        print(f"{len(mine):6} {len(mine - others):6} {name}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--check")
    parser.add_argument("--results")
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("dir")
    parser.add_argument("source", nargs="*")
    args = parser.parse_args()
    run = Run(args.dir)
    total = run.nothing()
    by_scenario = [(name, run.lines_of(folder)) for name, folder in run.snapshots()]
    for _, lines in by_scenario:
        merge(total, lines)
    if not any(covered(counts) for counts in total.values()):
        sys.exit("no counters of the modules: nothing was measured")
    if args.results:
        write_results(run, total, args.results)
    if args.lines:
        print_lines(run, total, args.source)
    if args.each:
        each(by_scenario)
    if args.check and not check(total, args.check):
        sys.exit(1)


main()
