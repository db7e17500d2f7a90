"""What in REINFORCE matters: baseline, batch size, learning rate, controller, skip connections.

One thing at a time is changed from the usual: baseline decay 0.95, batches of 8, two layers of 35.
"""

from dataclasses import replace

import numpy as np
from laboratory import Laboratory, options, points, record_curves, say
from record import save_figure, table, write_record

from nasedu.searching import best_so_far, bootstrap
from nasedu.viewing import intervals_figure

RATE = 0.003  # between the paper's 0.0006, for 12,800 children, and the fastest
RATES = (0.0002, 0.0006, 0.003, 0.01, 0.03)
BATCHES = (1, 2, 4, 8, 16, 64)
LAST = 200  # children whose mean says how well was learned


def groups(lab):
    """Return the searches of every group by setting: ``(S, n)`` places."""
    usual = {"lr": RATE}
    space = lab.table.space

    def run(name, **changed):
        return lab.reinforce(f"settings-{name}", **{**usual, **changed})

    found = {
        "baseline": {
            "none (0)": run("none", baseline=0.0, baseline_decay=1.0),
            "first batch, kept": run("kept", baseline_decay=1.0),
            "decay 0.99": run("decay-0.99", baseline_decay=0.99),
            "decay 0.95": run("usual"),
            "decay 0.5": run("decay-0.5", baseline_decay=0.5),
            "last reward": run("decay-0", baseline_decay=0.0),
        },
        "learning rate": {f"{lr:g}": run(f"lr-{lr:g}", lr=lr) for lr in RATES},
        "batch size": {str(m): run(f"batch-{m}", batch=m) for m in BATCHES},
        "batch size, learning rate in proportion": {
            str(m): run(f"batch-{m}-scaled", batch=m, lr=RATE * m / 8) for m in BATCHES
        },
        "controller": {
            "1 layer of 35": run("layers-1", controller={"num_layers": 1}),
            "2 layers of 35": run("usual"),
            "3 layers of 35": run("layers-3", controller={"num_layers": 3}),
            "1 layer of 100": run("wide", controller={"num_layers": 1, "hidden_size": 100}),
        },
    }
    if getattr(space, "skip_connections", False):
        chains = run("chains", space=replace(space, skip_connections=False))
        found["skip connections"] = {"with": run("usual"), "chains alone": chains}
    return found


def main():
    lab = Laboratory(options(__doc__))
    script, measure, stops = lab.record(__file__), lab.measure, lab.stops[1:]
    at, body = np.union1d(points(lab.trials), stops), ""
    fails = int(lab.has_diverged.any())  # a policy may settle there: what fails teaches it nothing
    for group, found in groups(lab).items():
        rows, learned = [], {}
        for name, places in found.items():
            score = lab.score[places]
            best = lab.sign * best_so_far(score)
            windows = [lab.middle(score[:, max(0, n - LAST) : n], 1) for n in stops]
            rows.append(
                [name]
                + [say(bootstrap(best[:, n - 1])) for n in stops]
                + [say(bootstrap(middle)) for middle in windows]
                + [f"{np.mean([len(set(own)) for own in places.tolist()]):,.0f}"]
                + [f"{100 * lab.has_diverged[places][:, -LAST:].mean():.0f} %"][:fails]
            )
            running = [lab.middle(score[:, max(0, n - LAST) : n], 1) for n in at]
            learned[name] = bootstrap(np.stack(running, 1))
        record_curves(lab, f"settings, {group}", learned, at)
        made = intervals_figure(
            learned,
            at,
            f"REINFORCE: {group}",
            y=f"{measure.middle_name} {measure.short}, last {LAST} children",
            unit="children trained",
            space_size=lab.size,
        )
        picture = save_figure(made, script, group.replace(",", "").replace(" ", "_"))
        middle = measure.middle_name
        head = [
            "",
            *(f"best, {n:,}" for n in stops),
            *(f"{middle} of {LAST}, {n:,}" for n in stops),
        ]
        body += f"## {group[0].upper()}{group[1:]}\n\n![{group}]({picture})\n\n"
        head += [f"different {lab.things}", *[f"of the last {LAST} diverged"][:fails]]
        body += table(head, rows) + "\n"
    write_record(
        __file__,
        "What in REINFORCE matters",
        f"{len(lab.seeds)} seeds, {lab.trials:,} children each (5 % of the space); learning rate "
        f"{RATE} unless it is varied. Best: best {measure.label} so far; "
        f"{measure.middle_name}: of the last {LAST} children. Intervals: 95 %, bootstrap over "
        "seeds.\n\n" + body,
        path=script,
    )


if __name__ == "__main__":
    main()
