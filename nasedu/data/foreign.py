"""Layouts of the trade that are not read, each with a sentence on what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterable

ONE_BY_ONE = "unpack its images into train/<class>/* and test/<class>/*"
HINTS = {  # what a file or folder is called, and the sentence
    r"input\.txt|text8|tiny_?shakespeare.*": (
        "a text is three files here: cut it into train.txt, valid.txt and test.txt, e.g. the first "
        "90 % of its lines, the next 5 % and the last 5 %"
    ),
    r"enwik[89](\.zip|\.txt)?": (
        "enwik8 has more different words than a text may have here; a text that is read: Mikolov's "
        "Penn Treebank, ptb.train.txt, ptb.valid.txt and ptb.test.txt"
    ),
    r"cifar-100.*|(coarse|fine)_label_names\.txt": (
        f"CIFAR-100 is not read: {ONE_BY_ONE}, or take CIFAR-10: nasedu data get cifar10"
    ),
    r"emnist-.*": f"EMNIST's files are not read (its images lie on their side): {ONE_BY_ONE}",
    r"(train|training|t10k|test)[-_](images|labels).*": (
        "MNIST's files are read under their own names, all four in one folder: "
        "train-images-idx3-ubyte, train-labels-idx1-ubyte and t10k-... of both (or .gz)"
    ),
    r"simple-examples(\.tgz)?": "give the folder simple-examples/data, or the archive as it came",
    r"ptb\..*|wiki\..*": "give the folder of the three files that end in train, valid and test.txt",
    r"data_batch_.*|test_batch.*|batches\.meta.*": "give the folder that all of them lie in",
    r".*\.(npz|npy|mat|h5|hdf5|parquet|arrow|tfrecord|rec|lmdb|pkl|pickle|csv)": (
        "arrays and tables are not read: save them as image files in train/<class>/* and "
        "test/<class>/*"
    ),
    r"training|testing|train(ing)?_set|test_set|Train|Test|TRAIN|TEST|val|valid|validation|dev": (
        "rename the folders to train and test"
    ),
    r"(?i:.*(train|val|dev|test).*\.(txt|text|tokens|raw|md|jsonl?|txt\.gz))": (
        "a text is three plain files, beside each other, that end in train.txt, valid.txt and "
        "test.txt"
    ),
}


def hint_for(names: Iterable[str]) -> str:
    """Return the sentence for files or folders of these names, or "" if none is known."""
    names = sorted(names)
    for pattern, hint in HINTS.items():
        if any(re.fullmatch(pattern, name) for name in names):
            return hint
    return ""
