"""A job that is done in no time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Adding:
    """Adds up numbers, two at a time, and keeps the sum so far."""

    name: str
    numbers: tuple[int, ...]
    fails: bool = False
    title = "an addition"

    @property
    def settings(self):
        return {"numbers": list(self.numbers), "data": {"name": "numbers", "digest": "1"}}

    @property
    def asked(self):
        return {"numbers": list(self.numbers), "data": {"name": "numbers"}}

    def prepare(self):
        """Load nothing."""

    def work(self, folder, until):
        with (folder / "log").open("a") as file:
            file.write("worked\n")
        if self.fails:
            raise ValueError("no luck")
        return None if until is not None and until.has_passed else {"sum": sum(self.numbers)}
