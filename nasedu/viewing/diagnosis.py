"""The diagnosis: what seems amiss with a search, on what evidence, and what to try next.

Each look asks one question of a study and answers with a `Finding`, or with nothing. The thresholds
are ours: they decide when a number is worth a sentence, and the number stands beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import expm1, log1p

import numpy as np

from nasedu.runs import Trial
from nasedu.searching.function_evaluator import KIND as FUNCTION
from nasedu.training.measure import REWARD
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.figures.findings import change_of
from nasedu.viewing.figures.series import (
    Search,
    Series,
    best_distinct,
    scored,
    series_of,
    share_explained,
    sizes,
)
from nasedu.viewing.units import space_of
from nasedu.viewing.words import count

FEWEST = 20  # finished children: with fewer, a quarter of them says nothing
SETTLED_ENTROPY = 0.1  # share of the first entropy: nearly every decision has one likely choice
SETTLED_REPEATS = 0.5  # share of repeated networks: most of what is trained is known already
BEYOND_CHANCE = 0.25  # and so much more than draws from so small a space would repeat
SIZE_EXPLAINS = 0.5  # of the rewards' variance: more than all else together
GROWS = 1.2  # times as many parameters at the end: less is no trend in sizes
NOISE_SHARE = 0.5  # of the rewards' variance: chance moves them more than the network does
FEWEST_REPEATS = 5  # trainings beyond the first of a network: with fewer, its spread is a guess
FALLS = 2.0  # standard errors: by noise alone one search in forty falls, or grows, by more
MANY_FAIL = 0.1  # of all children: more than a rare accident
FEWEST_FAILURES = 3  # one or two say nothing about the space
LETTERS = 200  # of a reason: what is wrong is said at its beginning
SPENT = 0.75  # of all children after the last gain: of chance draws, one search in four has it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that seems amiss.

    Attributes:
        sentence: What it is.
        evidence: The numbers that say so.
        next_experiment: What would show whether it is so, or would help.
        topic: A word for it, such as ``"settled"``.
    """

    sentence: str
    evidence: str
    next_experiment: str
    topic: str


def diagnose(search: Search | Series) -> tuple[Finding, ...]:
    """Return what seems amiss with a search, the gravest first; nothing of a healthy one.

    Args:
        search: A study or its trials, finished or not. Trials alone say nothing of a policy.

    Raises:
        SettingError: What is given is no search.
    """
    [one] = series_of(search)
    looks = (_failing, _falling, _noisy, _growing, _settled, _spent)
    return tuple(finding for look in looks if (finding := look(one)) is not None)


def verdict(one: Series) -> str:
    """Say in a sentence that nothing seems amiss, or that it is too early to say so."""
    finished = len(scored(one.trials))
    if finished < FEWEST:
        return f"{_children(finished)} finished: too few for a diagnosis."
    policy = "" if _entropies(one) else " No entropy of a policy is recorded."
    return (
        "Nothing seems amiss: few children fail, rewards do not fall, size does not explain them, "
        f"and the search still finds new and better networks.{policy}"
    )


def _failing(one: Series) -> Finding | None:
    """Many children fail: then the rest says little about the space."""
    ended = [t for t in one.trials if t.state != "asked"]
    failed = [t for t in ended if t.state == "failed"]
    if sum(t.is_refused for t in failed) > len(failed) / 2:
        return _refused(failed, len(ended))
    if len(failed) < FEWEST_FAILURES or len(failed) < MANY_FAIL * len(ended):
        return None
    reason, times = Counter(t.reason or "no reason" for t in failed).most_common(1)[0]
    first = next(t.number for t in failed if (t.reason or "no reason") == reason)
    return Finding(
        "Many children fail, and a strategy learns nothing from them.",
        f"{len(failed)} of {len(ended)} failed ({_percent(len(failed) / len(ended))}); the "
        f"commonest reason, {count(times, 'time')}: {_short(reason)}",
        f"Look at child {first}, which failed so first: train it alone and read the whole error, "
        "then take what breaks out of the space, or give children more time or memory.",
        "failing",
    )


def _refused(failed: list[Trial], ended: int) -> Finding | None:
    """Many children are above a limit: most of what is proposed is never trained."""
    refused = sum(t.is_refused for t in failed)
    if refused < FEWEST_FAILURES or refused < MANY_FAIL * ended:
        return None
    first = next(t.reason or "" for t in failed if t.is_refused)
    return Finding(
        "Many children are above the limit, and a strategy learns nothing from them by default.",
        f"{refused} of {ended} were refused ({_percent(refused / ended)}), the first for "
        f"{first.partition(': ')[2]}.",
        "Search a space of smaller children, or let the strategy learn to keep the limit: "
        "--limit-penalty 0 tells it the reward 0 of each (our choice; the paper has no limits).",
        "refused",
    )


def _falling(one: Series) -> Finding | None:
    """Rewards fall: the strategy goes the wrong way, or in steps too large to follow."""
    rewards = np.array([child.reward for child in scored(one.trials)])
    change = change_of(rewards) if len(rewards) >= FEWEST else None
    if change is None or change.last >= change.first - FALLS * change.error:
        return None
    evidence = (
        f"Mean reward {REWARD.text(change.first)} in the first quarter, {REWARD.text(change.last)} "
        f"in the last; the standard error of the difference is {REWARD.text(change.error)}"
    )
    if not _entropies(one):
        return Finding(
            "Rewards fall, though no policy is recorded that could have learned the wrong way.",
            f"{evidence}.",
            "Search again with another seed: if they fall again, look for what changes as the "
            "search goes on, such as the depth of the children.",
            "falling",
        )
    is_scored = one.config is not None and one.config.evaluator.get("kind") == FUNCTION
    sign = "see that a higher score is better, not lower as of a loss; then " if is_scored else ""
    return Finding(
        "Rewards fall: the strategy learns the wrong sign, or its learning rate is too large.",
        f"{evidence}.",
        f"First {sign}search again with {_smaller_rate(one)}: if rewards then rise, the steps "
        "were too large.",
        "falling",
    )


def _noisy(one: Series) -> Finding | None:
    """Reward noise is larger than the differences between networks."""
    groups = defaultdict(list)
    for child in scored(one.trials):
        groups[child.trial.tokens].append(child.reward)
    rewards = np.concatenate([*groups.values()]) if groups else np.array([])
    again = len(rewards) - len(groups)  # degrees of freedom of the noise
    if len(rewards) < FEWEST or again < FEWEST_REPEATS:
        return None
    noise = sum(len(g) * float(np.var(g)) for g in groups.values()) / again  # pooled
    whole = float(rewards.var(ddof=1))
    if not noise or noise < NOISE_SHARE * whole:
        return None
    between = max(whole - noise, 0.0)
    repeated = sum(len(group) > 1 for group in groups.values())
    return Finding(
        "Chance moves a reward more than the choice of the network does.",
        f"Standard deviation {REWARD.text(noise**0.5)} between trainings of one network "
        f"({count(repeated, 'network')} trained {count(repeated + again, 'time')}), about "
        f"{REWARD.text(between**0.5)} between networks.",
        "Make a reward more certain before more networks are tried: train for longer, validate on "
        "more data, or train the best five again with other seeds and compare their means.",
        "noisy",
    )


def _growing(one: Series) -> Finding | None:
    """Size alone explains the rewards: a search for the largest needs no controller.

    A network counts once, however often a policy that has settled proposes it.
    """
    networks = best_distinct(one.trials, len(one.trials))
    share = share_explained(networks) if len(networks) >= FEWEST else None
    if share is None or share < SIZE_EXPLAINS or np.corrcoef(*sizes(networks))[0, 1] < 0:
        return None
    size = sizes(one.trials)[0]  # logarithms, in the order of asking
    parts = size[: len(size) // 4], size[-(len(size) // 4) :]
    first, last = (round(float(np.exp(np.median(part)))) for part in parts)
    change = change_of(size)  # random draws, too, may end larger than they began
    grew = change is not None and change.last > change.first + FALLS * change.error
    best = networks[0].outcome
    half = best.num_parameters // 2 if best else 0
    if grew and last > GROWS * first:
        sentence = "The search mostly makes its networks larger."
    else:
        sentence = "The larger network is nearly always the better one here."
    return Finding(
        sentence,
        f"log(parameters) explains {_percent(share)} of the variance of the rewards of "
        f"{len(networks)} different networks; the median child has {first:,} parameters in the "
        f"first quarter and {last:,} in the last.",
        "Take the largest network of the space and see whether any child beats it; or search again "
        f"with half the parameters of the best, {half:,} (--max-parameters {half}).",
        "growing",
    )


def _settled(one: Series) -> Finding | None:
    """The policy has settled: what it proposes is known."""
    entropies, trials = _entropies(one), sorted(one.trials, key=lambda t: t.number)
    if len(trials) < FEWEST:
        return None
    last, repeats = len(trials) // 4, _repeats(one)[-(len(trials) // 4) :]
    share, chance = np.mean(repeats), _repeated_by_chance(one, last)
    left = entropies[-1] / entropies[0] if entropies and entropies[0] > 0 else 1.0
    is_repeating = share >= SETTLED_REPEATS and share >= chance + BEYOND_CHANCE
    if not is_repeating and left > SETTLED_ENTROPY:
        return None
    evidence = f"{sum(repeats)} of the last {last} children had been proposed before"
    if entropies:
        evidence += (
            f"; the policy's entropy went from {entropies[0]:.2f} nats at the first update to "
            f"{entropies[-1]:.2f} at the last ({_percent(left)} of it)"
        )
    how = _smaller_rate(one) if entropies else "another seed"
    who = "The policy" if entropies else "The search"
    return Finding(
        f"{who} has settled: more children of this run would be the same again.",
        f"{evidence}.",
        f"Stop here, and search again with {how}: if that ends in the same network, it is worth "
        "training for longer; if not, this one settled too early.",
        "settled",
    )


def _spent(one: Series) -> Finding | None:
    """The budget was spent long after the last gain."""
    best = one.best_so_far(REWARD)
    ended = [t for t in one.trials if t.state != "asked"]
    if len(scored(one.trials)) < FEWEST:
        return None
    top = best[0, -1]
    gain = int(np.flatnonzero(best[0] == top)[0]) + 1
    after = [t for t in ended if t.number > gain]
    if len(after) < SPENT * len(ended):
        return None
    seconds = sum(t.outcome.seconds for t in after if t.outcome)
    spent = f", {seconds / 60:,.1f} minutes of training" if seconds >= 6 else ""
    return Finding(
        "Most of the budget was spent after the last gain.",
        f"The best reward, {REWARD.text(top)}, came with child {gain} of {len(ended)}; "
        f"{_children(len(after))} came after it{spent}.",
        f"Spend the same budget on several searches of {2 * gain} children with other seeds, or "
        "on training the best networks again, for longer.",
        "spent",
    )


def _entropies(one: Series) -> list[float]:
    """Return the entropy of the policy at every update that has one, in nats."""
    return [u.stats.entropy for u in one.updates if u.stats and u.stats.entropy is not None]


def _repeats(one: Series) -> list[bool]:
    """Return whether each child, in the order of asking, had been proposed before."""
    seen: set[tuple[int, ...]] = set()
    found = []
    for trial in sorted(one.trials, key=lambda t: t.number):
        found.append(trial.tokens in seen)
        seen.add(trial.tokens)
    return found


def _repeated_by_chance(one: Series, last: int) -> float:
    """Return which share of the last children even draws from the space would repeat."""
    space = None if one.config is None else space_of(one.config)
    if space is None:
        return 0.0
    if space.size < 2:
        return 1.0
    numbers = range(len(one.trials) - last, len(one.trials))  # children before each of the last
    return float(np.mean([-expm1(n * log1p(-1 / space.size)) for n in numbers]))


def _smaller_rate(one: Series) -> str:
    rate = None if one.config is None else one.config.strategy.get("lr")
    return f"half the learning rate, {rate / 2:g}" if rate else "half the learning rate"


def _children(number: int) -> str:
    return f"{number:,} {'child' if number == 1 else 'children'}"


def _short(reason: str) -> str:
    """Return a reason in one line of bounded length: it is what a program said."""
    text = printable(reason)
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
