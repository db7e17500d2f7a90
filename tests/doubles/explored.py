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
    return np.frombuffer(inflated(packed["data"]), f"<{packed['kind']}")


def inflated(text):
    return zlib.decompress(base64.b64decode(text))


def scene_of(run, child):
    """Return the parts of a child: ``{name: (label, note, names of inputs, facts)}``."""
    words = run["scenes"]["words"]
    lines = inflated(run["scenes"]["lines"]).decode().split("\n")
    parts = json.loads(lines[unpacked(run["columns"]["scene"])[child]])
    names = [words[part[0]] for part in parts]
    told = {}
    for name, (_, label, note, _, _, _, inputs, *facts) in zip(names, parts, strict=True):
        values = [words[v[0]] if isinstance(v, list) else v for v in facts[1::2]]
        pairs = dict(zip((words[k] for k in facts[::2]), values, strict=True))
        told[name] = (words[label], words[note], [names[i] for i in inputs], pairs)
    return told


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
    values = unpacked(run["policy"]["values"]) / run["policy"]["scale"]
    start = lengths[:step].sum()
    shares, rows = list(values[start : start + lengths[step]]), []
    for decision in run["decisions"]:
        if not shares and decision["choices"]:
            break
        rows.append(tuple(shares[: len(decision["choices"])]))
        shares = shares[len(decision["choices"]) :]
    return tuple(rows)
