"""A cell that waits, without a notebook."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def ended(search):
    """Return what ``await search`` gives; raise what it raises."""

    async def cell():
        return await search

    with ThreadPoolExecutor(1) as pool:  # this thread may have a loop already: a browser's
        return pool.submit(asyncio.run, cell()).result()
