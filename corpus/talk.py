#!/usr/bin/env python3
"""Checks and converts conversations in the notation of GUIDE.md.

usage: talk.py check FILE.talk...      lists what does not parse, and counts
       talk.py convert FILE.talk...    writes FILE.jsonl beside each file
"""

import collections
import json
import os
import random
import re
import sys

KINDS = {"card", "security_code", "ssn", "otp", "password", "pin", "account"}
MARK = re.compile(r"\[\[([a-z_]+)([+.]?):((?:(?!\[\[|\]\]).)*)\]\]|\{\{((?:(?!\{\{|\}\}).)*)\}\}")


def blocks(path):
    cur = []
    for n, l in enumerate(open(path, encoding="utf-8"), 1):
        l = l.rstrip("\n")
        if not l.strip():
            if cur:
                yield cur
            cur = []
        else:
            cur.append((n, l))
    if cur:
        yield cur


def check(paths):
    bad = 0
    for path in paths:
        kinds = collections.Counter()
        sec = collections.Counter()
        n = turns = withs = asks = 0
        seen = collections.Counter()
        for b in blocks(path):
            n += 1
            h = re.match(r"^# (en|es|pt) ([a-z0-9-]+)$", b[0][1].strip())

            def err(ln, m):
                nonlocal bad
                bad += 1
                print(f"{path}:{ln}: {m}")

            if not h:
                err(b[0][0], 'header must be "# LANG KIND": ' + b[0][1][:60])
            else:
                kinds[h[2]] += 1
            has = False
            if len(b) < 2:
                err(b[0][0], "no messages")
            key = " / ".join(l for _, l in b[1:])
            seen[key] += 1
            if seen[key] > 1:
                err(b[0][0], "same conversation twice")
            for ln, l in b[1:]:
                m = re.match(r"^([CAB])(~?)(?:\?([a-z_,]+))?: ?(.*)$", l)
                if not m:
                    err(ln, "message must start with C: A: or B:  " + l[:60])
                    continue
                turns += 1
                if m[3]:
                    asks += 1
                    for k in m[3].split(","):
                        if k not in KINDS:
                            err(ln, "unknown kind asked " + k)
                t = m[4]
                rest = MARK.sub("", t)
                if "[[" in rest or "]]" in rest or "{{" in rest or "}}" in rest:
                    err(ln, "broken mark: " + t[:80])
                for x in MARK.finditer(t):
                    if x[1] is not None:
                        if x[1] not in KINDS:
                            err(ln, "unknown kind " + x[1])
                        if x[2] and x[1] != "card":
                            err(
                                ln,
                                "pieces marks are for card only; label other early pieces with C~ and no mark, the last with its kind",
                            )
                        if not x[3].strip() or x[3] != x[3].strip():
                            err(ln, "empty or blank around value")
                        if x[1] == "card" and x[3] != "#" and not x[2]:
                            d = sum(c.isdigit() or c == "x" for c in x[3])
                            if (d < 12 or d > 19) and any(c.isdigit() for c in x[3]):
                                err(ln, f"a card of {d} digits")
                        sec[x[1]] += 1
                        has = True
                    elif not x[4].strip():
                        err(ln, "empty keep")
            withs += has
        print(
            f"{path}: {n} conversations, {turns} messages, {withs} with a secret, {asks} questions for one; {len(kinds)} KINDs; {dict(sec)}"
        )
    return bad


ROLE = {"C": "customer", "A": "agent", "B": "bot"}


def luhn_fix(layout, rng):
    """Fills x with digits so that the checksum of the whole holds. A number in words ("four six") stays as it is."""
    if any(c.isalpha() and c != "x" for c in layout):
        return layout
    pos = [i for i, c in enumerate(layout) if c.isdigit() or c == "x"]
    xs = [i for i in pos if layout[i] == "x"]
    s = list(layout)
    if not xs:
        return layout
    for i in xs:
        s[i] = str(rng.randrange(10))
    fix = xs[-1]

    def ok():
        d = [int(s[i]) for i in pos][::-1]
        return sum((x * 2 - 9 if x > 4 else x * 2) if k % 2 else x for k, x in enumerate(d)) % 10 == 0

    for v in range(10):
        s[fix] = str(v)
        if ok():
            break
    return "".join(s)


def convert(path):
    out = path[:-5] + ".jsonl"
    rng = random.Random(path.split("/")[-1])
    author = os.path.basename(path)[:-5]
    n = 0
    with open(out, "w", encoding="utf-8") as o:
        for b in blocks(path):
            h = re.match(r"^# (en|es|pt) ([a-z0-9-]+)$", b[0][1].strip())
            if not h:
                continue
            n += 1
            turns = []
            last = ""
            # gather card pieces
            marks = [(i, m) for i, (ln, l) in enumerate(b[1:]) for m in MARK.finditer(l)]
            fill = {}
            run = []
            for i, m in marks:
                if m[1] == "card" and m[2] == "+":
                    run.append((i, m))
                elif m[1] == "card" and m[2] == ".":
                    run.append((i, m))
                    whole = "|".join(x[3] for _, x in run)
                    done = luhn_fix(whole, rng).split("|")
                    for (j, x), v in zip(run, done):
                        fill[(j, x.start())] = v
                    run = []
                elif m[1] == "card" and m[3] != "#":
                    fill[(i, m.start())] = luhn_fix(m[3], rng)
            for j, x in run:
                fill[(j, x.start())] = luhn_fix(x[3], rng)
            whole = ""
            for i, (ln, l) in enumerate(b[1:]):
                m = re.match(r"^([CAB])(~?)(?:\?([a-z_,]+))?: ?(.*)$", l)
                if not m:
                    continue
                off = m.start(4)
                raw = l
                text = ""
                secrets = []
                keep = []
                at = off
                either = bool(m[2])
                for x in MARK.finditer(raw, off):
                    text += raw[at : x.start()]
                    at = x.end()
                    if x[1] is not None:
                        v = x[3]
                        if x[1] == "card":
                            if v == "#":
                                v = last
                            else:
                                v = fill[(i, x.start())]
                                if x[2]:
                                    whole += v
                                if x[2] == ".":
                                    last = whole
                                    whole = ""
                                elif not x[2]:
                                    last = v
                        elif x[1] in ("ssn", "account"):
                            last = v
                        text += v
                        if x[2] == "+":
                            either = True
                        else:
                            secrets.append({"kind": x[1], "value": v.replace("\\n", "\n")})
                    else:
                        v = x[4]
                        if v == "#4":
                            v = "".join(c for c in last if c.isdigit())[-4:]
                        text += v
                        keep.append(v.replace("\\n", "\n"))
                text += raw[at:]
                text = text.replace("\\n", "\n").strip()
                t = {"role": ROLE[m[1]], "text": text, "secrets": secrets if not either else secrets}
                if keep:
                    t["keep"] = keep
                if either:
                    t["either"] = True
                if m[3]:
                    t["asks"] = m[3].split(",")
                for s in secrets:
                    assert s["value"] in text, (path, ln, s)
                turns.append(t)
            o.write(
                json.dumps(
                    {"id": f"{author}-{n:03}", "author": author, "lang": h[1], "category": h[2], "turns": turns},
                    ensure_ascii=False,
                )
                + "\n"
            )
    return n


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("check", "convert"):
        sys.exit(__doc__)
    if check(sys.argv[2:]):
        sys.exit(1)
    if sys.argv[1] == "convert":
        for path in sys.argv[2:]:
            convert(path)


if __name__ == "__main__":
    main()
