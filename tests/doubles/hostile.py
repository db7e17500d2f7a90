"""Code of somebody who means harm: what it does in a process, and what it sends to the parent."""

import os
import struct
import time

from nasedu.course.untrusted_code import answer_questions, confine

ATTACK = """
import os, pickle, struct
class Evil:  # unpickled, it leaves a file whose name is the process
    def __reduce__(self):
        return exec, ("import os; open({folder!r} + '/' + str(os.getpid()), 'w').close()",)
def attack():
    payload = pickle.dumps(Evil())
    for descriptor in range(256):
        try:
            os.write(descriptor, struct.pack("!i", len(payload)) + payload)
        except OSError:
            pass
"""


def attack(folder):
    """Return code with ``attack()``, which sends a crafted pickle wherever it can be sent."""
    return ATTACK.format(folder=str(folder))


def raw(parent, number, text=""):
    """Send a message that claims so many bytes, and then has these."""
    os.write(parent.fileno(), struct.pack("!i", number) + text.encode())
    time.sleep(60)


ACTS = {
    "echo": lambda parent, value: value,
    "descriptors": lambda parent: [fd for fd in range(256) if is_open(fd)],
    "output": lambda parent: print("\ud800", input.__name__),
    "send": lambda parent, text: parent.send_bytes(text.encode()),
    "raw": raw,
    "object": lambda parent: object(),
    "nan": lambda parent: float("nan"),
    "close": lambda parent: (parent.close(), time.sleep(60)),
    "sleep": lambda parent: time.sleep(60),
    "exit": lambda parent: os._exit(3),
}


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def begin(parent):
    confine(parent)
    answer_questions(parent, lambda name, *arguments: ACTS[name](parent, *arguments))


def end(parent):
    raise SystemExit
