"""The parameter servers of section 3.2: shards hold the policy, replicas learn it side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.searching.parameter_servers.replica import Replica, replica_seed
    from nasedu.searching.parameter_servers.shard import Pulled, Shard, deal_out, split_gradients
    from nasedu.searching.parameter_servers.sharded_policy import ShardedPolicy, check_served
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.searching.parameter_servers.replica": ["Replica", "replica_seed"],
            "nasedu.searching.parameter_servers.shard": [
                "Pulled",
                "Shard",
                "deal_out",
                "split_gradients",
            ],
            "nasedu.searching.parameter_servers.sharded_policy": ["ShardedPolicy", "check_served"],
        },
    )

__all__ = [
    "Pulled",
    "Replica",
    "Shard",
    "ShardedPolicy",
    "check_served",
    "deal_out",
    "replica_seed",
    "split_gradients",
]
