"""A cell that waits, without a notebook."""

import asyncio


def ended(search):
    """Return what ``await search`` gives; raise what it raises."""

    async def cell():
        return await search

    return asyncio.run(cell())
