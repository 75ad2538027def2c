"""Chrome memory takes what an article shares with the others of its host, and nothing that could be its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import Made, articles, site

from scraper.clean import Options, Source, clean_bytes, clean_html, clean_text
from scraper.clean.memory import RULE, keys, look_up, signed
from scraper.memory import Page, learn
from scraper.types import Article, Kind, Line, Memory

THEMES = [("quayside", "english"), ("kahlsteiner", "german"), ("tramway", "english"), ("observatory", "english")]
HAZARDS = ["column", "kitchen", "matches", "live"]
HOST = "paper.example"


def cleaned(made: Made, memory: Memory | None = None) -> Article:
    return clean_html(made.page, url=made.url, memory=memory)


def memory_of(pages: list[Made]) -> Memory:
    found = [cleaned(made) for made in pages]
    return learn([Page(one.text, one.removed) for one in found]).frozen(HOST, 1, len(pages))


def knowing(articles: int = 10, **lines: tuple[int, int]) -> Memory:
    """A memory that knows lines by their text (blanks as _) as standing on so many articles, kept on so many."""
    known = {key: Line(*counts) for text, counts in lines.items() for key in keys(text.replace("_", " "))}
    return signed(Memory(host=HOST, number=1, met=articles, articles=articles, lines=known, digest=""))


def taken(article: Article) -> list[str]:
    return [removal.text for removal in article.removed if removal.rule == RULE]


@pytest.mark.parametrize(("theme", "language"), THEMES)
def test_widgets_that_no_rule_knows_go_and_every_paragraph_stays(theme: str, language: str) -> None:
    """Each page is cleaned with what the others taught."""
    pages = site(theme, language)
    more = 0
    for at, made in enumerate(pages):
        before, after = cleaned(made), cleaned(made, memory_of(pages[:at] + pages[at + 1 :]))
        assert set(made.paragraphs) <= {block.text for block in after.blocks}
        assert len(after.text) < len(before.text)
        assert len(taken(after)) + len(after.kept) == len(before.kept)
        more += after.text == made.text
    assert more >= (0 if theme == "kahlsteiner" else len(pages))  # there one line's numbers are all that changes


@pytest.mark.parametrize("theme", HAZARDS)
def test_what_repeats_in_columns_and_recipes_stays(theme: str) -> None:
    pages = site(theme)
    for made in pages:
        assert cleaned(made, memory_of(pages)).text == cleaned(made).text


def test_the_id_of_the_memory_is_part_of_the_profile_and_without_one_it_is_as_ever() -> None:
    made, memory = site("quayside")[0], knowing()
    assert cleaned(made).profile == "default"
    assert cleaned(made, memory).profile == f"default+{memory.id}"
    assert clean_text(made.text, options=Options(captions=True), memory=memory).profile == f"captions+{memory.id}"
    assert clean_bytes(Source(made.page, memory=memory)).profile == f"default+{memory.id}"
    assert clean_bytes(Source(b"\0\1\2\xff" * 50, memory=memory)).profile == f"default+{memory.id}"


def test_the_same_bytes_and_memory_give_the_same_article() -> None:
    made, memory = site("quayside")[3], memory_of(site("quayside"))
    assert cleaned(made, memory) == cleaned(made, memory)


def test_a_removal_has_the_kind_that_the_line_has_elsewhere() -> None:
    made = site("tramway")[0]
    line = "Stamped at the Gazette's own counter, where the lamp is on until the last tram has gone home."
    known = {keys(line)[0]: Line(8, 2, Kind.FOOTER)}
    memory = signed(Memory(host=HOST, number=1, met=9, articles=9, lines=known, digest=""))
    (removal,) = (removal for removal in cleaned(made, memory).removed if removal.rule == RULE)
    assert (removal.text, removal.kind) == (line, Kind.FOOTER)
    assert removal.score is not None


STORY = articles("english")[0][1]
BOX = "The keeper of the lamp asks you to wipe your boots before you read on."


def story(inside: str = "", *, before: str = "", after: str = "") -> str:
    marked = [f"<p>{paragraph}</p>" for paragraph in STORY]
    body = "".join((*marked[:2], inside, *marked[2:]))
    return f"<html><body><h1>Ferry runs again</h1><div class='story'>{before}{body}{after}</div></body></html>"


@pytest.mark.parametrize(
    ("html", "counts", "goes"),
    [
        (story(f"<div class='lamp'><p>{BOX}</p></div>"), (10, 10), True),
        (story(f"<div class='lamp'><p>{BOX}</p></div>"), (8, 8), True),
        (story(f"<div class='lamp'><p>{BOX}</p></div>"), (7, 7), False),  # a disclosure of some articles
        (story(f"<div class='lamp'><p>{BOX}</p></div>"), (4, 1), True),  # but the judge took it from the others
        (story(f"<div class='lamp'><p>{BOX}</p></div>"), (1, 0), False),
        (story(f"<p>{BOX}</p>"), (10, 0), False),  # a paragraph among paragraphs
        (story(after=f"<p>{BOX}</p>"), (10, 10), False),
        (story(after=f"<p>{BOX} <a href='/boots'>More boots</a></p>"), (10, 10), False),  # not the line that is known
        (story(before=f"<p>{BOX}</p>"), (10, 10), False),
        (story(before=f"<div class='lamp'><p>{BOX}</p></div>"), (7, 7), False),  # a standing introduction
        (story(before=f"<div class='lamp'><p>{BOX}</p></div>"), (8, 8), True),
    ],
)
def test_where_a_line_stands_decides(html: str, counts: tuple[int, int], goes: bool) -> None:
    memory = knowing(**{BOX.replace(" ", "_"): counts})
    assert taken(clean_html(html, memory=memory)) == ([BOX] if goes else [])


@pytest.mark.parametrize(("count", "goes"), [(5, True), (4, False)])
def test_a_line_that_is_no_sentence_is_the_house_s_from_half_of_the_articles_on(count: int, goes: bool) -> None:
    line = "Boots off at the door of the lamp, please"
    memory = knowing(**{line.replace(" ", "_"): (count, count)})
    html = story(f"<div class='lamp'>{line}</div>")
    assert line in clean_html(html).text
    assert taken(clean_html(html, memory=memory)) == ([line] if goes else [])


def test_headings_stay_over_what_stays_and_go_with_what_goes() -> None:
    memory = knowing(The_lamp=(10, 10), **{BOX.replace(" ", "_"): (10, 10)})
    over = clean_html(story("<div class='lamp'><h3>The lamp</h3></div>"), memory=memory)
    assert taken(over) == []
    box = clean_html(story(f"<div class='lamp'><h3>The lamp</h3><p>{BOX}</p></div>"), memory=memory)
    assert set(taken(box)) <= {"The lamp", BOX}
    assert "The lamp" not in box.text
    assert BOX not in box.text


def test_a_line_whose_numbers_change_goes_only_beside_one_that_does_not() -> None:
    tide = "High water at the old pier comes at 14:32 today."
    memory = knowing(**{"High_water_at_the_old_pier_comes_at_9:05_today.": (10, 10), BOX.replace(" ", "_"): (10, 10)})
    assert taken(clean_html(story(f"<div class='pier'><p>{tide}</p></div>"), memory=memory)) == []
    beside = clean_html(story(f"<div class='pier'><p>{tide}</p><p>{BOX}</p></div>"), memory=memory)
    assert taken(beside) == [tide, BOX]


def test_nothing_goes_where_it_would_be_most_of_the_text_or_all_of_it() -> None:
    boxes = [text for _, paragraphs in articles("english")[1:] for text in paragraphs][:12]
    everything = knowing(**{text.replace(" ", "_"): (10, 10) for text in (*boxes, *STORY)})
    few, many = ("".join(f"<div class='x'><p>{text}</p></div>" for text in boxes[:size]) for size in (3, 12))
    only = knowing(**{text.replace(" ", "_"): (10, 10) for text in boxes})
    assert taken(clean_html(story(few), memory=only)) == boxes[:3]
    assert taken(clean_html(story(many), memory=only)) == []
    assert taken(clean_html(story(few), memory=everything)) == []  # nothing of it is the page's own


def test_a_long_block_is_never_taken() -> None:
    long = " ".join(["The keeper of the lamp writes about the boots of those who read on."] * 7)
    memory = knowing(**{long.replace(" ", "_"): (10, 0)})
    assert look_up(memory, long) is not None
    assert taken(clean_html(story(f"<div class='lamp'><p>{long}</p></div>"), memory=memory)) == []


def test_what_the_title_keeps_is_not_memory_s() -> None:
    memory = knowing(Ferry_runs_again=(10, 10), **{BOX.replace(" ", "_"): (10, 10)})
    page = story(before=f"<div class='lamp'><p>{BOX}</p></div>")
    article = clean_html(page, options=Options(with_title=True), memory=memory)
    assert taken(article) == [BOX]
    assert article.text.startswith("Ferry runs again")


def test_what_stands_on_one_article_is_no_evidence_even_if_that_is_all_there_are() -> None:
    memory = knowing(1, **{BOX.replace(" ", "_"): (1, 0)})
    assert taken(clean_html(story(f"<div class='lamp'><p>{BOX}</p></div>"), memory=memory)) == []


@pytest.mark.parametrize("mark", ["<div class='deck'>", "<div class='lamp'>"])
def test_a_standfirst_that_other_pages_have_as_a_teaser_stays(mark: str) -> None:
    """By its element's name, or since the page gives it as its description."""
    page = story(before=f"{mark}<p>{BOX}</p></div>")
    described = page.replace("<body>", f'<head><meta name="description" content="{BOX}"></head><body>', 1)
    known = knowing(**{BOX.replace(" ", "_"): (10, 10)})
    assert taken(clean_html(described, memory=known)) == []
    teaser = knowing(**{BOX.replace(" ", "_"): (10, 4)})  # most of the others had it removed
    assert taken(clean_html(page, memory=teaser)) == []


def test_a_row_is_no_element_of_its_own_but_a_whole_list_is() -> None:
    line = "A pinch of salt from the old pans"
    memory = knowing(**{line.replace(" ", "_"): (10, 10), BOX.replace(" ", "_"): (10, 10)})
    mixed = story(f"<ul class='needs'><li>Three quinces from the neighbour's tree</li><li>{line}</li></ul>")
    assert taken(clean_html(mixed, memory=memory)) == []
    whole = story(f"<ul class='needs'><li>{line}</li><li>{BOX}</li></ul>")
    assert taken(clean_html(whole, memory=memory)) == [line, BOX]


def test_paragraphs_that_are_numbered_in_their_names_are_alike() -> None:
    marked = [f"<p class='par_{at}'>{text}</p>" for at, text in enumerate((*STORY[:2], BOX, *STORY[2:]))]
    page = f"<html><body><h1>Ferry runs again</h1><div class='story'>{''.join(marked)}</div></body></html>"
    assert taken(clean_html(page, memory=knowing(**{BOX.replace(" ", "_"): (10, 10)}))) == []


@pytest.mark.parametrize(("counts", "goes"), [((4, 1), False), ((5, 5), True)])
def test_behind_the_article_goes_what_is_no_sentence_and_the_house_s(counts: tuple[int, int], goes: bool) -> None:
    line = "Lamp, boots and supper at the keeper's house"
    article = clean_html(story(after=f"<p>{line}</p>"), memory=knowing(**{line.replace(" ", "_"): counts}))
    assert line in clean_html(story(after=f"<p>{line}</p>")).text
    assert taken(article) == ([line] if goes else [])


def test_plain_text_loses_what_stands_around_its_own_lines_and_is_clean_then() -> None:
    menu = "Harbour office open"
    memory = knowing(Harbour_office_open=(10, 10), **{BOX.replace(" ", "_"): (10, 10)})
    dump = "\n\n".join((menu, STORY[0], BOX, *STORY[1:], BOX, menu))
    once = clean_text(dump, memory=memory)
    assert once.text.count(BOX) == clean_text(dump).text.count(BOX)  # a sentence may be the article's
    assert clean_text(once.text, memory=memory).text == once.text
    assert menu not in once.text


PAGES = {theme: site(theme, language) for theme, language in [*THEMES, *((theme, "english") for theme in HAZARDS)]}


@settings(max_examples=60)
@given(st.data())
def test_what_stands_on_this_page_alone_is_never_taken(data: st.DataObject) -> None:
    """Whatever else is remembered, and however often it is said to have been removed."""
    theme = data.draw(st.sampled_from(sorted(PAGES)))
    made = data.draw(st.sampled_from(PAGES[theme]))
    before = cleaned(made)
    texts = sorted({block.text for block in before.blocks})
    shared = data.draw(st.sets(st.sampled_from(texts)))
    counts = st.tuples(st.integers(2, 10), st.integers(0, 10))
    lines = {key: Line(*data.draw(counts)) for text in sorted(shared) for key in keys(text)}
    memory = signed(Memory(host=HOST, number=1, met=10, articles=10, lines=lines, digest=""))
    after = cleaned(made, memory)
    known = {key for text in shared for key in keys(text)}
    assert all(set(keys(text)) & known for text in taken(after))
    assert len(taken(after)) + len(after.kept) == len(before.kept)
    words = sum(len(block.text.split()) for block in before.blocks)
    assert sum(len(text.split()) for text in taken(after)) <= 0.55 * words
