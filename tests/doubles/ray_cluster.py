"""Ray in tests: it comes with an extra, which may be missing."""

import importlib.util

import pytest

needs_ray = (
    pytest.mark.ray,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is not installed: pip install 'nasedu[cluster]'",
    ),
)
"""Marks of tests that start a cluster."""
