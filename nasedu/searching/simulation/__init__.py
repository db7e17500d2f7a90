"""The paper's cluster in simulation: hundreds of machines on one, in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.searching.simulation.history import Simulated
    from nasedu.searching.simulation.simulate import simulate
    from nasedu.searching.simulation.simulated_cluster import (
        PAPER_CELLS,
        PAPER_NETWORKS,
        Cluster,
        Kill,
    )
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.searching.simulation.simulated_cluster": [
                "PAPER_CELLS",
                "PAPER_NETWORKS",
                "Cluster",
                "Kill",
            ],
            "nasedu.searching.simulation.simulate": ["simulate"],
            "nasedu.searching.simulation.history": ["Simulated"],
        },
    )

__all__ = ["PAPER_CELLS", "PAPER_NETWORKS", "Cluster", "Kill", "Simulated", "simulate"]
