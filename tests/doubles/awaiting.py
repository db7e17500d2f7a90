"""Waiting: as a cell does, without a notebook, and for what another thread does."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def ended(search):
    """Return what ``await search`` gives; raise what it raises."""

    async def cell():
        return await search

    with ThreadPoolExecutor(1) as pool:  # this thread may have a loop already: a browser's
        return pool.submit(asyncio.run, cell()).result()


def until(condition):
    """Wait until something comes true."""
    end = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.002)
