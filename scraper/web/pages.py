"""The pages: each a function from a request to a response, over an archive that is opened for it and closed again.

So a page sees one state, holds no file open between two requests, and finds an index that was made again meanwhile.
They are plain functions, which the server runs on threads: a slow disk keeps no fetch of the daemon waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scraper.archive import View
from scraper.archive.excerpt import excerpt, file_name
from scraper.errors import LimitError, ScrapeError, UnusableError, VerificationError
from scraper.index import Row
from scraper.index.browse import bounded, same_address
from scraper.types import Ledger, Record
from scraper.web import asked, compare, gather, listing, marked
from scraper.web.site import Site
from scraper.web.templates import ICON, STYLE, environment

VIEWS = ("beside", "within", "text")

Page = Callable[[Request, View], Response]


class MissingError(Exception):
    """There is nothing at this address."""


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._templates = environment()

    # ---- the pages

    def sources(self, request: Request, view: View) -> Response:
        """Every source with its state."""
        return self._show("sources.html", gather.sources(self._site, view, asked.number(request.query_params, "part")))

    def articles(self, request: Request, view: View) -> Response:
        """The list, searched and filtered."""
        wanted = asked.listing(request.query_params)
        found = listing.listed(view, wanted)
        return self._show("articles.html", found, 400 if wanted.problem else 200)

    def article(self, request: Request, view: View) -> Response:
        """One record: its text, what was removed from its page, its versions, where all of it comes from."""
        row = _row(request, view, "id")
        shown = request.query_params.get("view", VIEWS[0])
        ledger, damage = _ledger(view, row)
        record = view.record(row.id)
        whole = marked.mark(record.text if record else "", ledger) if ledger else marked.Marked((), is_exact=True)
        leaves = marked.leaves(whole)
        part = min(asked.number(request.query_params, "part") or 1, len(leaves))
        found = {
            "row": row,
            "record": record,
            "ledger": ledger,
            "damage": damage,
            "rows": leaves[part - 1],
            "part": part,
            "parts": len(leaves),
            "is_exact": whole.is_exact,
            "view": shown if shown in VIEWS else VIEWS[0],
            "versions": same_address(view.index, row),
            "facts": gather.facts(row, record),
            "rights": gather.rights(ledger),
            "longest": marked.LONGEST,
        }
        return self._show("article.html", found)

    def compared(self, request: Request, view: View) -> Response:
        """Two records' texts, sentence by sentence, the older one first."""
        one, other = _row(request, view, "id"), _row(request, view, "other")
        rows = sorted((one, other), key=lambda row: (row.fetched_at or "", row.seq))
        old, new = (_text(view, row) for row in rows)
        steps = compare.compare(old.text, new.text)
        title = list(compare.words(old.title or "", new.title or "")) if old.title != new.title else None
        found = {"old": rows[0], "new": rows[1], "steps": steps, "title": title, "row": one}
        return self._show("compared.html", found | {"facts": gather.changed_facts(old, new)})

    def download(self, request: Request, view: View) -> Response:
        """A record's WARC records as a file."""
        row = _row(request, view, "id")
        headers = {"content-disposition": f'attachment; filename="{file_name(row)}"'}
        return Response(excerpt(view, row), media_type="application/warc", headers=headers)

    def removals(self, request: Request, view: View) -> Response:
        """What is removed from each site, by kind."""
        source = request.query_params.get("source") or None
        return self._show("removals.html", gather.removals(view, source))

    # ---- what has no archive behind it

    def style(self, request: Request) -> Response:
        """The one style sheet."""
        return Response(STYLE.read_bytes(), media_type="text/css")

    def icon(self, request: Request) -> Response:
        """The mark in a browser's tab."""
        return Response(ICON.read_bytes(), media_type="image/svg+xml")

    def robots(self, request: Request) -> Response:
        """An archive of other people's texts is not for search engines."""
        return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")

    def nothing(self, request: Request) -> Response:
        """The page for an address that is none."""
        return self.failed(404, "Not here", "There is no page at this address, or no record with this id.")

    # ---- the frame

    def over_archive(self, page: Page) -> Callable[[Request], Response]:
        """A page as an endpoint: the archive opened, expected errors as pages of their own."""

        def endpoint(request: Request) -> Response:
            try:
                with View(self._site.root) as view, view.index.reading(), bounded(view.index):
                    return page(request, view)
            except MissingError:
                return self.nothing(request)
            except ScrapeError as error:
                return self._failure(error)

        return endpoint

    def failed(self, status: int, heading: str, said: str) -> Response:
        """A page that says what is wrong."""
        response = self._show("failed.html", {"heading": heading, "said": said, "status": status}, status)
        if status == 405:
            response.headers["allow"] = "GET, HEAD"
        return response

    def _failure(self, error: ScrapeError) -> Response:
        said = str(error).replace(f"{self._site.root}/", "")
        if isinstance(error, UnusableError):
            return self.failed(503, "Nothing to show yet", said)
        if isinstance(error, VerificationError):
            more = "The archive is not what it says; `scrape verify` finds out all of it."
            return self.failed(500, "The archive is damaged", f"{said}. {more}")
        if isinstance(error, LimitError) and error.reason in ("too-costly", "too-large"):
            return self.failed(503, "Too much at once", said)
        return self.failed(503, "The archive cannot be read", said)

    def _show(self, template: str, values: dict[str, Any], status: int = 200) -> Response:
        page = self._templates.get_template(template).render(now=self._site.clock(), **values)
        return HTMLResponse(page, status)


def _row(request: Request, view: View, name: str) -> Row:
    wanted = request.path_params[name]
    row = view.index.get(wanted) if asked.is_id(wanted) else None
    if row is None:
        raise MissingError
    return row


def _text(view: View, row: Row) -> Record:
    record = view.record(row.id)
    if record is None:
        raise MissingError
    return record


def _ledger(view: View, row: Row) -> tuple[Ledger | None, str]:
    """A record's ledger, or what is wrong with it: its text can be read all the same."""
    try:
        return view.ledger(row.id), ""
    except VerificationError as error:
        return None, str(error).replace(f"{view.root}/", "")
