#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Allocation sites of the modules, and which of them failed.

sites.py list                 sites in the sources: file:line allocator
sites.py wrap                 a header that makes each allocator tell when it failed, and where
sites.py judge LOG            TAP: was each site seen to fail in this kernel log?

A site counts as failed if its call gave no memory after failslab wrote that it made an allocation
fail, with one of our modules in the stack trace, and before it made the next one fail. For what is marked quiet in
"allocators" there is no such trace, and the call's own failure counts.
"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
SOURCES = ("kmod/*.c", "kmod/compat/compat.h", "nf_nat_*/*.c")
NOTE = re.compile(r"vpnpass-fault: \S*?((?:kmod|nf_nat_\w+)/\S+?):(\d+)")
OURS = re.compile(r"\[nf_(?:vpnpass|nat_pptp|nat_l2tp|nat_esp)\]")

SAY = 'KERN_INFO "vpnpass-fault: %s:%d\\n", __FILE__, __LINE__'
TEST = {
    "ptr": "IS_ERR_OR_NULL((const void *)(unsigned long)_r)",
    "err": "IS_ERR((const void *)(unsigned long)_r)",
    "int": "(int)(long)_r == -ENOMEM || (int)(long)_r == -ENOBUFS",
    "bool": "!_r",
}


def allocators():
    table = {}
    for line in open(os.path.join(HERE, "allocators")):
        word = line.split("#")[0].split(None, 3)
        if word:
            real = word[3].strip() if len(word) > 3 else None
            table[word[0]] = (word[1], word[2] == "quiet", real)
    return table


def exempt():
    """file:allocator#n, the n-th call in the file -> reason"""
    table = {}
    for line in open(os.path.join(HERE, "exempt")):
        if line.strip() and not line.startswith("#"):
            where, reason = line.split(None, 1)
            table[where] = reason.strip()
    return table


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def end_of_call(text, pos):
    depth = 0
    while pos < len(text):
        depth += {"(": 1, ")": -1}.get(text[pos], 0)
        if text[pos] == ")" and depth == 0:
            return pos
        pos += 1
    return pos


def sites():
    """(file, first line, last line, allocator, how many of it are in the file so far) in order"""
    call = re.compile(r"(?<![\w>.])(" + "|".join(map(re.escape, allocators())) + r")\(")
    found = []
    for pattern in SOURCES:
        for path in sorted(glob.glob(os.path.join(TOP, pattern))):
            text = re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\n])*\"", blank, open(path).read(), flags=re.S)
            path = os.path.relpath(path, TOP)
            for match in call.finditer(text):
                first = text.count("\n", 0, match.start()) + 1
                last = text.count("\n", 0, end_of_call(text, match.end() - 1)) + 1
                number = 1 + sum(1 for f in found if f[0] == path and f[3] == match.group(1))
                found.append((path, first, last, match.group(1), number))
    return found


def named(site):
    return f"{site[0]}:{site[3]}#{site[4]}"


def headers():
    seen = set()
    for pattern in SOURCES + ("kmod/*.h", "nf_nat_*/*.h"):
        for path in glob.glob(os.path.join(TOP, pattern)):
            seen.update(re.findall(r"#include (<(?:linux|net)/[^>]*>)", open(path).read()))
    return sorted(h for h in seen if "vpnpass" not in h)


def wrap():
    print("/* made by sites.py: allocators that tell where they failed */")
    for header in headers():
        print(f"#include {header}")
    for name, (kind, _, real) in allocators().items():
        if kind == "none" or real == "=":
            continue
        print(f"#undef {name}" if real else f"#ifndef {name}")
        print(f"#define {name}(...) ({{ __auto_type _r = {real or name + '(__VA_ARGS__)'}; \\")
        print(f"\tif ({TEST[kind]}) {{ _printk({SAY}); }} _r; }})")
        if not real:
            print("#endif")


def failures(log):
    """(file, line) -> notes behind a trace through our modules; the same without a trace; traces"""
    traced, bare, ours, through = {}, {}, 0, False
    for line in open(log, errors="replace"):
        if "FAULT_INJECTION: forcing a failure" in line:
            through = False
        elif not through and OURS.search(line):
            through = True
            ours += 1
        note = NOTE.search(line)
        if note:
            where = (note.group(1), int(note.group(2)))
            table = traced if through else bare
            table[where] = table.get(where, 0) + 1
    return traced, bare, ours


def times(table, site):
    return sum(n for (path, line), n in table.items()
               if path == site[0] and site[1] <= line <= site[2])


def verdict(count, good, text):
    print(f"{'ok' if good else 'not ok'} {count} - {text}")
    return not good


def judge(log):
    kinds, spared = allocators(), exempt()
    traced, bare, ours = failures(log)
    failed = seen = 0
    found = sites()
    for count, site in enumerate(found, 1):
        where, name = f"{site[0]}:{site[1]}", site[3]
        n = times(traced, site) + (times(bare, site) if kinds[name][1] else 0)
        reason = spared.get(named(site))
        seen += n > 0
        if n:
            failed += verdict(count, True, f"{where} {name}() failed {n} times")
        elif reason:
            failed += verdict(count, True, f"{where} {name}(): {reason}")
        else:
            failed += verdict(count, False, f"{where} {name}() failed at least once")
    used = {named(site) for site in found}
    stale = [where for where in spared if where not in used]
    failed += verdict(len(found) + 1, not stale, f"exempted sites exist {' '.join(stale)}".strip())
    print(f"1..{len(found) + 1}")
    print(f"# {len(found)} allocation sites, {seen} seen to fail; {ours} stack traces through our modules")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["list"]:
        for site in sites():
            print(f"{site[0]}:{site[1]} {named(site)}")
    elif sys.argv[1:] == ["wrap"]:
        wrap()
    elif len(sys.argv) == 3 and sys.argv[1] == "judge":
        return judge(sys.argv[2])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
