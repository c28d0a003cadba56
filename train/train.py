#!/usr/bin/env python3
"""Learns the weights of the judge from labelled conversations.

usage: train.py [--folds K] [--out WEIGHTS] [--report FILE] SET...

A SET is NAME=PATH[:WEIGHT], a file of labelled conversations (JSON lines, also .gz). Sets whose names share the part before
a slash are of one group: they are left out together. With --folds the weights are measured on groups that they were not
learned from; with --out they are learned from everything and written.
"""

import argparse, collections, gzip, json, os, struct, subprocess, sys, tempfile, zlib

import numba
import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COLUMNS = 8  # scores in a row of the table
HIDDEN = 16  # hidden units
ROWS = 131000  # rows that are kept
ROW_BITS = 17  # of their numbers, see src/judge/learned/weights.rs
SCALE = 16  # sixteenths of a nat
HIDDEN_SCALE = 128
HIDDEN_BITS = 13  # see src/judge/learned/weights.rs
SEED = 1


def load(path):
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as f:
        return [json.loads(line) for line in f]


def test_binary():
    out = subprocess.run(
        ["cargo", "test", "--lib", "-p", "lastfour", "--no-run", "--message-format=json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [json.loads(l).get("executable") for l in out.splitlines() if '"executable"' in l]
    return [p for p in paths if p][-1]


class Program:
    """The project's own code, through its test binary."""

    def __init__(self):
        self.binary = os.environ.get("LASTFOUR_TEST_BINARY") or test_binary()
        self.folder = tempfile.mkdtemp()

    def run(self, test, conversations, weights=None):
        given, out = (os.path.join(self.folder, name) for name in ("in.jsonl", "out"))
        with open(given, "w") as f:
            for c in conversations:
                f.write(json.dumps(c, ensure_ascii=False) + "\n")
        env = dict(os.environ, LASTFOUR_CONVERSATIONS=given, LASTFOUR_OUT=out)
        if weights:
            env["LASTFOUR_WEIGHTS"] = weights
        done = subprocess.run(
            [self.binary, "--ignored", "--exact", f"training::{test}"], env=env, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        with open(out) as f:
            return f.read()


def parse(text, kind, without=()):
    """Rows of features: (conversation, label, rule or 0, array of features)."""
    rows = []
    for line in text.splitlines():
        if line[0] != kind:
            continue
        parts = line.split(" ")
        head = 7 if kind == "V" else 3
        pairs = np.array([int(x, 16) for x in parts[head:]], dtype=np.uint64)
        if kind == "V" and without:
            pairs = pairs[~np.isin(pairs >> np.uint64(32), without)]
        feats = np.unique((pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32))
        if kind == "V":
            rows.append((tuple(map(int, parts[1:5])), int(parts[5]), int(parts[6]), feats))
        else:
            rows.append((int(parts[1]), int(parts[2]), 0, feats))
    return rows


def matrix(rows, columns):
    """A sparse matrix of the features that have a column."""
    keys, indptr, indices = columns, [0], []
    for _, _, _, feats in rows:
        at = np.searchsorted(keys, feats)
        at[at == len(keys)] = 0
        found = at[keys[at] == feats]
        indices.append(found)
        indptr.append(indptr[-1] + len(found))
    indices = np.concatenate(indices) if indices else np.array([], int)
    return sp.csr_matrix((np.ones(len(indices), np.float32), indices, indptr), shape=(len(rows), len(keys)))


def columns_of(rows, least):
    every = np.concatenate([r[3] for r in rows]) if rows else np.array([], np.uint32)
    keys, counts = np.unique(every, return_counts=True)
    return keys[counts >= least]


def fit(X, y, w, C):
    if len(set(y)) < 2:
        return np.zeros(X.shape[1]), -8.0
    model = LogisticRegression(C=C, solver="lbfgs", max_iter=200, tol=1e-3)
    model.fit(X, y, sample_weight=w)
    return model.coef_[0], float(model.intercept_[0])


@numba.njit
def descend(indptr, indices, Y, w, epochs, rate, absent, rows, bias, out, last):
    """Stochastic gradient descent (AdaGrad) on the rows, the hidden units and their weights, in place."""
    decay, dark, tiny = np.float32(1e-4), np.float32(0.2), np.float32(0.01)
    np.random.seed(SEED)
    hidden, scores = out.shape
    rows2, bias2 = np.full_like(rows, tiny), np.full_like(bias, tiny)
    out2, last2 = np.full_like(out, tiny), np.full_like(last, tiny)
    sums = np.zeros(hidden + scores, np.float32)
    slope = np.zeros(hidden + scores, np.float32)
    lit = np.zeros(hidden, np.float32)
    error = np.zeros(scores, np.float32)
    order = np.arange(len(Y))
    steps, step = epochs * len(Y), 0
    for _ in range(epochs):
        np.random.shuffle(order)
        for i in order:
            now = np.float32(rate * (1 - step / steps))
            step += 1
            sums[:hidden], sums[hidden:] = bias, last
            used = []
            for at in range(indptr[i], indptr[i + 1]):
                if np.random.random() >= absent:
                    used.append(indices[at])
                    sums += rows[indices[at]]
            for h in range(hidden):
                lit[h] = 1 / (1 - dark) if sums[h] > 0 and np.random.random() >= dark else 0
            slope[:hidden] = 0
            for k in range(scores):
                score = sums[hidden + k]
                for h in range(hidden):
                    score += sums[h] * lit[h] * out[h, k]
                error[k] = (1 / (1 + np.exp(-score)) - Y[i, k]) * w[i]
                slope[hidden + k] = error[k]
                for h in range(hidden):
                    slope[h] += error[k] * out[h, k]
            for h in range(hidden):
                slope[h] *= lit[h]
                if lit[h] > 0:
                    for k in range(scores):
                        d = error[k] * sums[h] * lit[h] + decay * out[h, k]
                        out2[h, k] += d * d
                        out[h, k] -= now * d / np.sqrt(out2[h, k])
                    bias2[h] += slope[h] * slope[h]
                    bias[h] -= now * slope[h] / np.sqrt(bias2[h])
            for k in range(scores):
                last2[k] += error[k] * error[k]
                last[k] -= now * error[k] / np.sqrt(last2[k])
            for row in used:
                for h in range(hidden + scores):
                    d = slope[h] + decay * rows[row, h]
                    rows2[row, h] += d * d
                    rows[row, h] -= now * d / np.sqrt(rows2[row, h])


def fit_net(X, Y, w, epochs, rate, absent):
    """Learns weights and a layer of hidden units together, for each column of Y.

    Each row of the matrix that is returned holds what a feature adds to the hidden units, and its weights. While learning,
    a share of the features is absent and a share of the units is dark, so that no one of them decides.
    """
    random, f = np.random.default_rng(SEED), np.float32
    scores = Y.shape[1]
    rows = np.zeros((X.shape[1], HIDDEN + scores), f)
    rows[:, :HIDDEN] = random.normal(0, 0.05, (X.shape[1], HIDDEN))
    bias, out, last = np.zeros(HIDDEN, f), random.normal(0, 0.3, (HIDDEN, scores)).astype(f), np.full(scores, -3, f)
    descend(X.indptr, X.indices, Y.astype(f), (w / w.mean()).astype(f), epochs, rate, absent, rows, bias, out, last)
    return rows[:, HIDDEN:], last, {"rows": rows[:, :HIDDEN], "bias": bias, "out": out}


def seen(X):
    """How often each feature was seen."""
    return np.asarray(X.sum(axis=0)).ravel()


def learn_questions(rows, weights):
    keys = columns_of(rows, 3)
    X = matrix(rows, keys)
    Y = np.array([r[1] for r in rows])[:, None] >> np.arange(COLUMNS) & 1
    table, bias, hidden = fit_net(X, Y, weights, epochs=6, rate=0.05, absent=0.2)
    return keys, table, bias, hidden, seen(X)


def learn_values(rows, weights, C=0.05, C_kind=0.3):
    keys = columns_of(rows, 2)
    X = matrix(rows, keys)
    table, bias = np.zeros((len(keys), COLUMNS)), np.zeros(COLUMNS)
    y = np.array([r[1] for r in rows])
    table[:, 0], bias[0] = fit(X, (y > 0).astype(int), weights, C)
    secret = y > 0
    for k in range(1, COLUMNS):
        table[:, k], bias[k] = fit(X[secret], (y[secret] == k).astype(int), weights[secret], C_kind)
    # The mean of two learners is better than each: the plain weights, and those with hidden units.
    direct, last, hidden = fit_net(X, secret[:, None], weights, epochs=12, rate=0.1, absent=0.3)
    table[:, 0] = (table[:, 0] + direct[:, 0]) / 2
    bias[0] = (bias[0] + last[0]) / 2
    hidden["out"] = hidden["out"] / 2
    return keys, table, bias, hidden, seen(X)


def whole(numbers, scale, limit, kind):
    return np.clip(np.rint(np.asarray(numbers) * scale), -limit, limit).astype(kind)


def write(path, values, questions, keep=ROWS):
    """Writes the table: places, biases, hidden units, keys, rows. See src/judge/learned/weights.rs.

    Kept are the features that matter most: by what they add, times the root of how often they were seen.
    """
    rows = {}
    for keys, table, _, hidden, count in (values, questions):
        q = whole(table, SCALE, 127, np.int8)
        units = whole(hidden["rows"], HIDDEN_SCALE, 127, np.int8)
        reach = np.abs(units.astype(int)) @ np.abs(hidden["out"]) * (SCALE / HIDDEN_SCALE)
        strength = np.abs(q.astype(int)).astype(float)
        if keys is values[0]:
            strength[:, :1] = (strength[:, :1] + reach) * 4
            strength = strength[:, 0] + strength[:, 1:].max(axis=1, initial=0)
        else:
            strength = (strength + reach).max(axis=1, initial=0) * 4
        strength = strength * np.sqrt(count)
        for key, row, s in zip(keys, np.concatenate([q, units], 1), strength):
            if row.any():
                rows[int(key)] = (s, row)
    kept = sorted(rows, key=lambda k: (-rows[k][0], k))[:keep]
    # At most half of the places are taken: most features that are looked up are not there.
    places = 1
    while places < 2 * len(kept):
        places *= 2
    entries = np.zeros(places, np.uint32)
    for number, key in enumerate(kept, 1):
        place = key & (places - 1)
        while entries[place]:
            place = (place + 1) & (places - 1)
        entries[place] = key >> ROW_BITS << ROW_BITS | number
    with open(path, "wb") as f:
        f.write(struct.pack("<II", places, len(kept)))
        for numbers, scale in (
            (values[2], SCALE),
            (questions[2], SCALE),
            (values[3]["bias"], HIDDEN_SCALE),
            (values[3]["out"], SCALE * 2**HIDDEN_BITS / HIDDEN_SCALE),
            (questions[3]["bias"], HIDDEN_SCALE),
            (questions[3]["out"], SCALE * 2**HIDDEN_BITS / HIDDEN_SCALE),
        ):
            f.write(whole(numbers, scale, 32000, "<i2").tobytes())
        f.write(entries.astype("<u4").tobytes())
        for key in kept:
            f.write(rows[key][1].tobytes())
    return len(rows), len(kept)


NO_UNITS = {"rows": np.zeros((0, HIDDEN)), "bias": np.zeros(HIDDEN), "out": np.zeros((HIDDEN, 1))}
NOTHING = (np.array([], np.uint32), np.zeros((0, COLUMNS)), np.array([0.0] * COLUMNS), NO_UNITS, np.zeros(0))


# ---- Scoring, as shared by everybody who measures a filter on these conversations ------------------------------------


def digits(s):
    return "".join(c for c in s if c.isdigit())


def readable(secret, out):
    import re

    v = secret["value"]
    if v in out:
        return True
    half = len(v) // 2 + 1
    if len(v) >= 8 and any(v[i : i + half] in out for i in range(len(v) - half + 1)):
        return True
    d = digits(v)
    if len(d) < 3 or not re.fullmatch(r"[\d\s\-./_*|,:()]+", v):
        return False
    if len(d) <= 4:
        return re.search(rf"(?<!\d){d}(?!\d)", out) is not None
    run = max({"card": 4, "ssn": 4, "account": 4}.get(secret["kind"], 0) + 1, 4)
    numbers = [digits(n) for n in re.split(r"[^\d\s\-./_|,:()]", out)]
    return any(d[i : i + run] in n for i in range(len(d) - run + 1) for n in numbers)


def score(conversations, redacted):
    t = collections.Counter()
    fails = []
    lines = iter(redacted.splitlines())
    for c in conversations:
        for turn in c["turns"]:
            out = json.loads(next(lines))["text"]
            if turn.get("either"):
                continue
            for s in turn["secrets"]:
                t["secrets"] += 1
                if readable(s, out):
                    t["missed"] += 1
                    fails.append(("MISS " + s["kind"], c, turn, out))
            for k in turn.get("keep", []):
                t["keeps"] += 1
                t["lost"] += k not in out
            if not turn["secrets"]:
                t["clean"] += 1
                if out != turn["text"]:
                    t["changed"] += 1
                    fails.append(("CHANGED", c, turn, out))
    return t, fails


def show(name, t):
    recall = 1 - t["missed"] / t["secrets"] if t["secrets"] else float("nan")
    return f"{name:34} recall {recall:6.3f} of {t['secrets']:5}  keeps lost {t['lost']:4} of {t['keeps']:5}  clean changed {t['changed']:4} of {t['clean']:6} ({1000 * t['changed'] / max(1, t['clean']):.1f} in 1,000)"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--folds", type=int, default=0)
    p.add_argument("--only-fold", type=int)
    p.add_argument("--out")
    p.add_argument("--show", type=int, default=0)
    p.add_argument("--keep", type=int, default=ROWS)
    p.add_argument("sets", nargs="+")
    a = p.parse_args()
    program = Program()
    sets = []
    for s in a.sets:
        name, path = s.split("=", 1)
        path, _, weight = path.partition(":")
        sets.append((name, load(path), float(weight or 1)))
    groups = sorted({name.split("/")[0] for name, _, _ in sets})
    K = max(a.folds, 4)
    fold_of = {g: zlib.crc32(g.encode()) % K if g.startswith("real") else i % K for i, g in enumerate(groups)}
    halves = {}
    data = []  # (set name, fold, conversations, weight)
    for name, convs, weight in sets:
        if name.startswith("half-"):
            for h in (0, 1):
                part = [c for c in convs if zlib.crc32(c["id"].split("-", 1)[-1].encode()) // 2 % 2 == h]
                # A half is measured with what was learned from the other: folds of the same parity.
                for f in range(h, K, 2):
                    data.append((name, f, part[f // 2 :: K // 2], weight))
        else:
            data.append((name, fold_of[name.split("/")[0]], convs, weight))
    # Questions first: those of each fold are scored by what was learned from the other folds.
    Q = []
    for name, fold, convs, weight in data:
        Q += [(r, fold, weight) for r in parse(program.run("write_features", convs), "Q")]
    print(f"{len(Q)} questions", flush=True)
    q_of = {}
    for f in list(range(K)) + [None]:
        rows = [r for r, fold, _ in Q if fold != f]
        w = np.array([w for _, fold, w in Q if fold != f])
        q_of[f] = learn_questions(rows, w)
    V = []
    for name, fold, convs, weight in data:
        path = os.path.join(program.folder, "q.bin")
        write(path, NOTHING, q_of[fold])
        V += [(((name,) + r[0], *r[1:]), fold, weight) for r in parse(program.run("write_features", convs, path), "V")]
    print(f"{len(V)} values, {sum(r[1] > 0 for r, _, _ in V)} of them secrets", flush=True)
    if os.environ.get("DUMP"):
        import pickle

        pickle.dump((V, [(n, f, len(c)) for n, f, c, w in data]), open(os.environ["DUMP"], "wb"))
        return
    every = collections.Counter()
    if a.folds:
        for f in range(K):
            if a.only_fold is not None and f != a.only_fold:
                continue
            rows = [r for r, fold, _ in V if fold != f]
            w = np.array([w for _, fold, w in V if fold != f])
            path = os.path.join(program.folder, "fold.bin")
            print(f"fold {f}: {write(path, learn_values(rows, w), q_of[f], a.keep)} features", flush=True)
            for name, fold, convs, _ in data:
                if fold != f:
                    continue
                t, fails = score(convs, program.run("write_redacted", convs, path))
                print("  " + show(name, t), flush=True)
                for what, c, turn, out in fails[: a.show]:
                    print(f"      {what} [{c['id']}] {turn['role'][0]}: {turn['text']!r}\n          -> {out!r}")
                if not name.startswith("half-"):
                    every.update(t)
        print(show("all that was left out", every))
    if a.out:
        rows, w = [r for r, _, _ in V], np.array([w for _, _, w in V])
        print("written:", write(a.out, learn_values(rows, w), q_of[None], a.keep))


if __name__ == "__main__":
    main()
