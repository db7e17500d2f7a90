"""What stands in an explorer's page, read as the page itself reads it."""

import base64
import json
import re
import zlib

import numpy as np


def data_of(html):
    """Return the JSON values of a page."""
    [text] = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL
    )
    return json.loads(text)


def unpacked(packed):
    """Return packed numbers as an array."""
    dtype = np.dtype(f"<{packed['kind']}")
    planes = np.frombuffer(inflated(packed["data"]), "u1").reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(planes.T).view(dtype).reshape(-1)


def inflated(text):
    return zlib.decompress(base64.b64decode(text))


def scenes_of(run):
    """Return all scenes: ``{name: (label, note, names of inputs, facts)}`` of each."""
    packs, words, moulds = run["scenes"], run["scenes"]["words"], run["scenes"]["moulds"]
    columns = {name: unpacked(column).tolist() for name, column in packs["columns"].items()}
    facts = [(name, is_text, iter(unpacked(one).tolist())) for name, is_text, one in packs["facts"]]
    of = {name: iter(columns[name]) for name in columns}
    scenes = []
    for size in of["size"]:
        rows = []
        for _ in range(size):
            name, *_, told = moulds[next(of["mould"])]
            texts = words[next(of["label"])], words[next(of["note"])]
            inputs = [next(of["inputs"]) for _ in range(next(of["reads"]))]
            values = {}
            for k in told:
                fact, is_text, column = facts[k]
                values[fact] = words[int(next(column))] if is_text else next(column)
            rows.append((name, *texts, inputs, values))
        names = [row[0] for row in rows]
        scenes.append({n: (a, b, [names[i] for i in c], d) for n, a, b, c, d in rows})
    return scenes


def scene_of(run, child):
    """Return the parts of a child."""
    return scenes_of(run)[unpacked(run["columns"]["scene"])[child]]


def tokens_of(run, child):
    """Return the tokens of a child, of every decision that it made."""
    buffer, at, tokens = unpacked(run["columns"]["tokens"]), 0, []
    for decision in run["decisions"]:
        place = at + child * decision["width"]
        tokens.append(int.from_bytes(buffer[place : place + decision["width"]].tobytes(), "little"))
        at += decision["width"] * run["count"]
    return tuple(tokens[: unpacked(run["columns"]["depth"])[child]])


def policy_of(run, step):
    """Return the probabilities before an update, decision by decision."""
    lengths = unpacked(run["policy"]["lengths"]).astype(int)
    changes = unpacked(run["policy"]["changes"]).reshape(len(lengths), -1)
    values = changes.cumsum(axis=0, dtype="u2") / run["policy"]["scale"]
    shares, rows = list(values[step, : lengths[step]]), []
    for decision in run["decisions"]:
        if not shares and decision["choices"]:
            break
        rows.append(tuple(shares[: len(decision["choices"])]))
        shares = shares[len(decision["choices"]) :]
    return tuple(rows)
