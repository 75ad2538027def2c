"""The chain up to the judge: the rules' votes on each block by itself and among its neighbours, and the headline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scraper.clean import context, label, memory, rescue, siterules
from scraper.clean.ld import LinkedData, read_linked_data
from scraper.clean.options import Options
from scraper.clean.rules import Rules
from scraper.clean.title import Title, find_title
from scraper.clean.view import Pass, View, Vote
from scraper.types import Document

ALONE: Sequence[Pass] = (label.by_place, label.by_phrase, label.by_sign, label.by_clock)
NEIGHBOURS: Sequence[Pass] = (context.weather_place, context.author_box, context.source_pair)


def sparing(judge: Pass) -> Pass:
    """A pass without a say where a site rule has spoken."""

    def spare(view: View) -> Iterator[Vote]:
        for index, vote in judge(view):
            said = view.labels[index]
            if said is None or not said.rule.startswith(siterules.PREFIX):
                yield index, vote

    return spare


LAST: Sequence[Pass] = (sparing(context.hints), sparing(context.repeats), sparing(memory.repeats))


class Judged(NamedTuple):
    """A document whose blocks have their labels, its headline, and the page's linked data."""

    view: View
    title: Title | None
    data: LinkedData


def before_judge(document: Document, rules: Rules, options: Options, before: View | None = None) -> Judged:
    """What the rules say: the state that the judge's columns are made from, in training and in use alike."""
    view = View(document, signed(rules, options), options, before)
    data = read_linked_data(document.head)
    view.run(ALONE)
    view.run((*NEIGHBOURS, context.named_authors(data)))
    title = find_title(view, data)
    view.run((context.headline(title), rescue.by_data, siterules.by_site))
    return Judged(view, title, data)


def signed(rules: Rules, options: Options) -> Rules:
    """The rules under the name that a record gives them: with the site rules' digest, where these are in use."""
    sites = options.sites
    return rules if sites is None else rules._replace(digest=f"{rules.digest}+{sites.digest}")
