"""The pages in a real Chromium: nothing runs, nothing is fetched from elsewhere, all of it can be read and reached.

Needs `requirements/browser.txt` and a Chromium (Debian's package; CHROMIUM names another). Without them the tests are
skipped, unless SCRAPE_BROWSER=required says that they must be there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from shelf import PARAGRAPHS, SCRIPT, Shelf, served

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
if os.environ.get("SCRAPE_BROWSER") != "required":
    pytest.importorskip("playwright.sync_api", reason="pip install -r requirements/browser.txt")
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium", allow_module_level=True)

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - it may not be there

OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Every element with text of its own against the nearest background behind it (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const channel = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = numbers(colour).map(value => channel(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || element.tagName === 'OPTION' || !element.checkVisibility() || element.closest('svg')) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(style.color), light(behind(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < (isLarge ? 3 : 4.5)) poor.push([element.className, element.textContent.slice(0, 30), ratio]);
  }
  return poor;
}"""

# Pictures: each bar against the page (WCAG 2.2, 1.4.11).
BARS = """() => {
  const channel = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(value => channel(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll('svg rect, svg .bars')].map(element => {
    const [one, other] = [light(getComputedStyle(element).fill), page].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);
  });
}"""

FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    name: (element.textContent || element.id).trim().slice(0, 40),
    tag: element.tagName, href: element.getAttribute('href'), id: element.id,
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.left >= 0 && box.right <= innerWidth + 1 && box.width > 0,
  };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        assert CHROMIUM is not None, "SCRAPE_BROWSER=required, and there is no Chromium"
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(shelf: Shelf) -> Iterator[str]:
    with served(shelf.site) as address:
        yield address


class Watched:
    """A page, and all that it asked for or complained about."""

    def __init__(self, browser: Browser, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def test_pages_ask_nobody_else_and_complain_of_nothing(browser: Browser, site: str, shelf: Shelf) -> None:
    with Watched(browser) as watched:
        for address in shelf.addresses:
            answer = watched.page.goto(site + address)
            assert answer is not None
            if answer.status == 200:
                assert watched.said == [], address
            else:  # Chromium says of each such page that it is one
                assert all("the server responded with a status of 4" in said for said in watched.said)
                watched.said.clear()
    assert {url[: len(site)] for url in watched.asked} == {site}
    assert {url[len(site) :] for url in watched.asked} == {*shelf.addresses, "/style.css", "/icon.svg"} | {
        address.replace('"', "%22") for address in shelf.addresses
    } - {address for address in shelf.addresses if '"' in address}


def test_a_hostile_record_runs_nowhere(browser: Browser, site: str, shelf: Shelf) -> None:
    addresses = [f"/articles/{shelf.hostile.id}", "/articles", "/removals", f"/articles/{shelf.hostile.id}?view=within"]
    with Watched(browser) as watched:
        for address in addresses:
            watched.page.goto(site + address)
            assert watched.page.evaluate("window.owned") is None
            assert watched.page.title() != "owned"
            assert watched.page.locator("main script, main img, main iframe").count() == 0
            assert watched.page.locator("a[href^='javascript:'], a[href^='data:']").count() == 0
        watched.page.goto(site + addresses[0])
        assert watched.page.locator("h1").inner_text() == SCRIPT
    assert watched.said == []


def test_no_script_could_run_if_there_were_one(browser: Browser, site: str, shelf: Shelf) -> None:
    """The policy by itself: the hostile title as an element of the page, as if nothing had escaped it."""
    with Watched(browser) as watched:

        def unescaped(route: Any) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, body=answer.text().replace("<main", SCRIPT + "<main", 1))

        watched.page.route("**/articles", unescaped)
        watched.page.goto(f"{site}/articles")
        assert watched.page.locator("body > script").count() == 1
        assert watched.page.evaluate("window.owned") is None
        assert any("Blocked script execution" in said or "Content Security Policy" in said for said in watched.said)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_everything_can_be_read(browser: Browser, site: str, shelf: Shelf, scheme: Literal["light", "dark"]) -> None:
    with Watched(browser, color_scheme=scheme) as watched:
        for address in shelf.addresses:
            watched.page.goto(site + address)
            for summary in watched.page.locator("summary").all():
                summary.click()
            assert watched.page.evaluate(CONTRAST) == [], address
            assert all(ratio >= 3 for ratio in watched.page.evaluate(BARS)), address
        watched.page.goto(site)
        dark = watched.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 20, 18)"
        assert dark == (scheme == "dark")


@pytest.mark.parametrize("width", [320, 800, 1280])
def test_nothing_sticks_out(browser: Browser, site: str, shelf: Shelf, width: int) -> None:
    with Watched(browser, viewport={"width": width, "height": 700}) as watched:
        for address in shelf.addresses:
            watched.page.goto(site + address)
            for summary in watched.page.locator("summary").all():
                summary.click()
            wide = watched.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide == [width, width], address


def test_the_keyboard_reaches_all_in_order_and_is_seen(browser: Browser, site: str, shelf: Shelf) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(f"{site}/articles/{shelf.first.id}")
        page.keyboard.press("Tab")
        first = page.evaluate(FOCUS)
        assert (first["name"], first["seen"], first["inside"]) == ("Skip to the content", True, True)
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUS)["id"] == "main"
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS)["href"] == shelf.first.url  # the first in the content, not the navigation
        page.goto(f"{site}/articles")
        stops: list[dict[str, Any]] = []
        for _ in range(40):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(FOCUS))
            if stops[-1]["tag"] == "BODY":
                break
        stops = stops[:-1]
        assert [stop for stop in stops if not (stop["seen"] and stop["inside"])] == []
        assert list(dict.fromkeys(stop["id"] or stop["href"] or stop["name"] for stop in stops)) == [
            *("#main", "/", "/articles", "/removals", "q", "source", "language", "day", "verdict", "Search"),
            *(f"/articles/{one.id}" for one in (shelf.hostile, shelf.second, shelf.first)),
        ]


def test_the_search_and_the_toggle_work_without_a_script(browser: Browser, site: str, shelf: Shelf) -> None:
    with Watched(browser, java_script_enabled=False, accept_downloads=True) as watched:
        page = watched.page
        page.goto(f"{site}/articles")
        page.get_by_label("Words in title or text").fill('"new bridge" -wednesday')
        page.keyboard.press("Enter")
        page.get_by_role("link", name="New bridge approved").click()
        assert page.url == f"{site}/articles/{shelf.first.id}"
        assert page.get_by_text("Ferry to be sold").is_visible()
        page.get_by_role("link", name="Clean text only").click()
        assert page.get_by_text("Ferry to be sold").count() == 0
        page.get_by_role("link", name="Compare with that of").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Two versions"
        page.go_back()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download its WARC records").click()
        assert download.value.suggested_filename == f"scrape-{shelf.first.id}.warc.gz"
        assert Path(download.value.path()).read_bytes()[:2] == b"\x1f\x8b"


def test_the_removed_stands_beside_or_within_the_text(browser: Browser, site: str, shelf: Shelf) -> None:
    with Watched(browser, viewport={"width": 1280, "height": 900}) as watched:
        page = watched.page

        def box(text: str) -> dict[str, float]:
            found = page.get_by_text(text, exact=True).bounding_box()
            assert found is not None
            return dict(found)

        page.goto(f"{site}/articles/{shelf.first.id}")
        kept, gone = box(PARAGRAPHS[1]), box("Ferry to be sold")
        assert gone["x"] > kept["x"] + kept["width"]
        page.goto(f"{site}/articles/{shelf.first.id}?view=within")
        kept, gone = box(PARAGRAPHS[1]), box("Ferry to be sold")
        assert gone["y"] < kept["y"]


def test_another_site_may_not_frame_it(browser: Browser, site: str) -> None:
    with Watched(browser) as watched:
        watched.page.set_content(f"<iframe src='{site}/articles'></iframe>")
        assert watched.asked[-1] == f"{site}/articles"
        assert [frame.url for frame in watched.page.frames if frame.url.startswith(site)] == []
        assert any("frame-ancestors" in said for said in watched.said)
