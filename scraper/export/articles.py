"""The articles of an export, read one after another, less those that a site's rights signals leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from scraper.archive import View
from scraper.errors import ScrapeError
from scraper.export.choose import Choice, chosen
from scraper.export.rights import refused
from scraper.types import Record

_OF_THE_INDEX = ("damaged-index", "locked")
"""Reasons that the other articles would meet too."""

UNKNOWN_RIGHTS = "unknown"
"""Why an article is left out whose ledger is gone, so that nobody knows what its site said."""


class Articles:
    """What is exported. Iterating reads the records; one that cannot be read is said in a line, and counted.

    `respected` are signals of scraper.export.rights. `left_out` counts by signal, `damaged` and `written` are counts;
    all three are of the last iteration.
    """

    def __init__(self, view: View, choice: Choice, respected: frozenset[str], say: Callable[[str], None]) -> None:
        self.view = view
        self.choice = choice
        self.respected = respected
        self.ids = chosen(view.index.rows(source=choice.source), choice)
        self.say = say
        self.left_out: Counter[str] = Counter()
        self.damaged = 0
        self.written = 0

    def __iter__(self) -> Iterator[Record]:
        self.left_out.clear()
        self.damaged = self.written = 0
        for record_id in self.ids:
            try:
                signal = self._refused(record_id)
                record = None if signal else self.view.record(record_id)
            except ScrapeError as error:
                if error.reason in _OF_THE_INDEX:
                    raise
                self.say(str(error))
                self.damaged += 1
                continue
            if signal:
                self.left_out[signal] += 1
            elif record is not None:
                self.written += 1
                yield record

    def _refused(self, record_id: str) -> str | None:
        if not self.respected:
            return None
        ledger = self.view.ledger(record_id)
        return UNKNOWN_RIGHTS if ledger is None else refused(ledger.rights, self.respected)
