"""The analysis of variance: which decisions explain a result, alone and by twos, and its picture.

Legend of shapes: n children, T decisions.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from nasedu.viewing import Picture
from nasedu.viewing.figures.sheets import SMALL, plain, sheet, write_title
from nasedu.viewing.pictures import INK, OKABE_ITO

DARK = 0.55  # of the scale, from where on white letters are read better


@dataclass(frozen=True)
class Effects:
    """Shares of the variance of a result, 0 to 1.

    Attributes:
        names: What the T decisions are called.
        alone: ``(T,)`` what each decision adds to all the others, without interactions.
        by_twos: ``(T, T)`` what each interaction of two adds to all decisions; symmetric.
        all_alone: What all decisions explain together, without interactions.
        with_twos: What they explain with all interactions of two.
    """

    names: tuple[str, ...]
    alone: np.ndarray
    by_twos: np.ndarray
    all_alone: float
    with_twos: float

    def largest(self, count):
        """Return names and shares of the largest effects, of one decision or of two."""
        ones = dict(zip(self.names, self.alone, strict=True))
        twos = {
            f"{self.names[a]} × {self.names[b]}": self.by_twos[a, b]
            for a, b in combinations(range(len(self.names)), 2)
        }
        return sorted((ones | twos).items(), key=lambda pair: -pair[1])[:count]


def effects(tokens, values, names):
    """Return what decisions explain of the variance of values, by least squares.

    Of a full factorial these are the shares of the classical analysis of variance, and add up.
    Where children are missing, each share is what the effect *adds* to all decisions alone (for
    one decision: to all the others), so that what two explain alike is counted for neither.

    Args:
        tokens: ``(n, T)`` the descriptions.
        values: ``(n,)`` their results, no NaN.
        names: What the T decisions are called.
    """
    values = values - values.mean()
    total = values @ values
    if not total:
        raise SystemExit("all results are equal; there is nothing to explain")
    columns = [coded(own) for own in tokens.T]  # T of (n, choices - 1)
    everything = np.hstack(columns)
    base = basis(everything)
    explained = squares(base, values)
    ones = range(len(columns))
    alone = [
        explained - squares(basis(np.hstack([columns[k] for k in ones if k != t])), values)
        for t in ones
    ]
    left, by_twos, products = values - base @ (base.T @ values), np.zeros((len(ones),) * 2), []
    for a, b in combinations(ones, 2):
        own = (columns[a][:, :, None] * columns[b][:, None]).reshape(len(values), -1)
        products.append(own)
        by_twos[a, b] = by_twos[b, a] = squares(basis(own - base @ (base.T @ own)), left)
    both = squares(basis(np.hstack([everything, *products])), values)
    shares = (np.array(alone), by_twos, explained, both)
    return Effects(tuple(names), *(share / total for share in shares))


def coded(tokens):
    """Return a column for every choice but the first, ``(n, choices - 1)``, each of mean 0."""
    columns = (tokens[:, None] == np.unique(tokens)[1:]).astype(float)
    return columns - columns.mean(0)


def basis(columns):
    """Return an orthonormal basis ``(n, rank)`` of columns and of their means taken away."""
    columns = columns - columns.mean(0)
    u, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return u[:, sizes > 1e-8 * max(1.0, sizes.max(initial=0.0))]


def squares(base, values):
    """Return the sum of squares that an orthonormal basis explains."""
    return float(np.square(base.T @ values).sum())


@plain
def effects_figure(found, title):
    """Draw the interactions of two as a triangle, decisions alone on its diagonal, in per cent."""
    figure, [[axes]] = sheet(6.2)
    size = len(found.names)
    share = 100 * (np.tril(found.by_twos, -1) + np.diag(found.alone))
    hidden = np.triu(np.ones((size, size), bool), 1)
    colours = LinearSegmentedColormap.from_list("shares", ["white", OKABE_ITO["blue"]])
    top = max(share.max(), 1e-9)
    axes.imshow(np.ma.array(share, mask=hidden), cmap=colours, vmin=0, vmax=top)
    for row in range(size):
        for column in range(row + 1):
            look = {"color": "white" if share[row, column] > DARK * top else INK}
            look["fontweight"] = "bold" if row == column else "normal"
            text = f"{share[row, column]:.1f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=SMALL, **look)
    axes.grid(False)
    axes.set_xticks(range(size), found.names, rotation=40, ha="right")
    axes.set_yticks(range(size), found.names)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL)
    rest = f"all alone {100 * found.all_alone:.0f} %, with pairs {100 * found.with_twos:.0f} %"
    axes.text(size - 0.5, 0, rest, ha="right", va="center", fontsize=SMALL, color=INK)
    write_title(figure, title)
    return Picture(figure, effects_alt(found))


def effects_alt(found):
    """Say what `effects_figure` shows: what explains most, and how much is left."""
    most = ", ".join(f"{name} {100 * share:.1f} %" for name, share in found.largest(5))
    return (
        f"Shares of the variance. The largest: {most}. All decisions alone explain "
        f"{100 * found.all_alone:.0f} %, with all interactions of two "
        f"{100 * found.with_twos:.0f} %."
    )
