"""The best articles for some words, at a cost that does not grow with the archive.

bm25 looks at every article that has the words, and first counts each word's articles: 1.5 us each, so a second and more
for a word of a million. A word that most articles have tells them apart least, though: in bm25 its weight nears 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from scraper.index.database import Database

FREQUENT = 5000
"""Articles that have a word from which on it does not count in the ranking; ranking so many takes some 8 ms."""

_COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM fulltext WHERE fulltext MATCH ? LIMIT ?)"
_NEWEST = "SELECT rowid FROM fulltext WHERE fulltext MATCH ? ORDER BY rowid DESC LIMIT ?"
_BEST = "SELECT rowid FROM fulltext WHERE fulltext MATCH ? ORDER BY rank"


class Ranking(Database):
    """The part of the index that ranks."""

    def ranked(self, terms: Sequence[str], limit: int) -> list[int]:
        """The running numbers of the articles that have all the terms (strings of FTS5), best first.

        By bm25 over the terms that up to FREQUENT articles have; where each has more, the newest first.
        """
        everything = " ".join(terms)
        telling = " ".join(term for term in dict.fromkeys(terms) if not self._is_frequent(term))
        if not telling:
            return [self._checked(row[0], int) for row in self._read(_NEWEST, (everything, limit))]
        best = [self._checked(row[0], int) for row in self._read(_BEST, (telling,))]
        if telling != everything:
            whole = {row[0] for row in self._read(_NEWEST, (everything, FREQUENT))}
            best = [hit for hit in best if hit in whole]
        return best[:limit]

    def _is_frequent(self, term: str) -> bool:
        return self._checked(self._read(_COUNT, (term, FREQUENT + 1))[0][0], int) > FREQUENT
