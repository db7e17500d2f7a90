"""The cluster: children are trained by Ray, on this machine or on many (section 3.2).

Ray is an extra, ``nasedu[cluster]``. Nothing here imports it before a cluster is asked for.
"""

from nasedu.searching.cluster.joining import LOCAL
from nasedu.searching.cluster.ray_workers import RayWorkers

__all__ = ["LOCAL", "RayWorkers"]
