"""The verdict on a document: first what a page says of itself (pages.py), then what it looks like (pagekind.py)."""

from __future__ import annotations

from collections.abc import Sequence

from scraper.clean import scorecard
from scraper.clean.article import Assembly
from scraper.clean.chain import Judged
from scraper.clean.pagekind import sort_of
from scraper.clean.pages import FEWEST_WORDS, INDEX_PROSE, LITTLE_PROSE, Evidence, judge_page
from scraper.clean.sitename import LONGEST
from scraper.clean.view import View
from scraper.types import Form, Kind, Metadata, Verdict

BEHIND = 6
"""Blocks behind the text in which a prompt to subscribe still speaks of it; below stands the footer's."""
PROSE_BEHIND = 40
"""Words of prose behind such a prompt that show that the text goes on."""
ABOVE = 6
"""Blocks above the text that hold its byline and its date."""
SIGNATURES = frozenset((Kind.BYLINE, Kind.DATELINE_META))
SENTENCE = 8
"""Words of a block that is a sentence, if a full stop ends it."""
HEADINGS = 3
"""Headings that are read as titles too where there is hardly any prose: an error page says it there."""
NEWS = frozenset(("liveblogposting",))


def find_verdict(judged: Judged, assembly: Assembly, metadata: Metadata) -> Verdict:
    """What the document is."""
    verdict, is_open = first_verdict(judged, assembly, metadata)
    kind = sort_of(judged, metadata, scorecard.shipped()) if is_open else None
    return judged.view.rules.pages.verdicts[kind] if kind is not None else verdict


def first_verdict(judged: Judged, assembly: Assembly, metadata: Metadata) -> tuple[Verdict, bool]:
    """The verdict by what the page says and how much was kept, and whether the scorecards are asked as well."""
    view, _, data = judged
    evidence = _evidence(judged, assembly, metadata)
    verdict = judge_page(evidence, view.rules.pages)
    is_news = evidence.prose >= FEWEST_WORDS and (data.is_news or not NEWS.isdisjoint(data.types))
    return verdict, verdict is Verdict.ARTICLE and evidence.has_head and not is_news


def _evidence(judged: Judged, assembly: Assembly, metadata: Metadata) -> Evidence:
    view, title, data = judged
    head = view.document.head
    kept = list(view.open())
    words = view.counts.words
    count = int(words[kept].sum())
    prose = [index for index in kept if view.prose[index]]
    prose_words = int(words[prose].sum())
    asked = head is not None and count < view.rules.pages.most_words
    return Evidence(
        titles=_titles(view, title.text if title is not None else "", prose_words) if asked else (),
        text=assembly.text,
        page="\n".join([block.text for block in view.blocks]) if asked else "",
        words=count,
        prose=prose_words,
        page_words=int(words.sum()),
        headlines=sum(form[1] > 0.8 and 4 <= form[0] <= 25 for form in view.shapes) if prose_words < INDEX_PROSE else 0,
        source=view.document.source if asked else "",
        sentences=_sentences(view, kept) if asked else (),
        has_head=head is not None,
        declared=data.is_article or (head is not None and ("og:type", "article") in head.meta),
        signed=(asked or prose_words < INDEX_PROSE) and _is_signed(view, prose),
        prompt=_is_prompted(view, kept, prose),
        is_free=None if metadata.paywalled is None else not metadata.paywalled,
        cut=assembly.text.endswith(("…", "...", "[…]", "[...]")) or (data.words or 0) > 2 * count,
    )


def _titles(view: View, title: str, prose: int) -> tuple[str, ...]:
    head = view.document.head
    texts = [head.title if head is not None else "", title]
    if prose < LITTLE_PROSE:
        texts += [block.text for block in view.blocks if block.form is Form.HEADING][:HEADINGS]
    return tuple(text[:LONGEST] for text in texts if text)


def _sentences(view: View, kept: Sequence[int]) -> tuple[str, ...]:
    shapes = view.shapes
    return tuple(
        view.blocks[at].text
        for at in kept
        if shapes[at].words >= SENTENCE and shapes[at].ends and shapes[at].link_share < 0.5
    )


def _is_signed(view: View, prose: Sequence[int]) -> bool:
    """Whether a byline or a date stands right above the text."""
    first = prose[0] if prose else 0
    return any(view.kind(index) in SIGNATURES for index in range(max(0, first - ABOVE), first))


def _is_prompted(view: View, kept: Sequence[int], prose: Sequence[int]) -> bool:
    """Whether a prompt to subscribe or to register stands closely behind the text; above it stands the menu's."""
    first, last = (kept[0], kept[-1]) if kept else (0, len(view.blocks))
    for index in range(last + BEHIND, first, -1):
        hit = view.hits[index] if index < len(view.hits) else None
        if hit is not None and hit.kind is Kind.PAYWALL and hit.sure:
            return sum(view.shapes[at].words for at in prose if at > index) < PROSE_BEHIND
    return False
