"""HTML becomes blocks: boundaries, forms, links, hidden parts, line breaks, and what is no text at all."""

from __future__ import annotations

import pytest

from scraper.clean import blocks
from scraper.clean.blocks import read_html
from scraper.errors import LimitError
from scraper.types import Form

LONG = "The council approved a new bridge over the river on Tuesday after years of debate."


def texts(html: str) -> list[str]:
    return [block.text for block in read_html(html).blocks]


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("<p>One<p>Two", ["One", "Two"]),
        ("<div>One<p>Two</p>three</div>", ["One", "Two", "three"]),
        ("<p>One <b>bold</b>, <i>two</i></p>", ["One bold, two"]),
        ("<p>  One\n\t two&nbsp;three </p>", ["One two three"]),
        ("<span>One</span><span>two</span>", ["Onetwo"]),
        ("<section><div><div>Deep</div></div></section>", ["Deep"]),
        ("Bare", ["Bare"]),
        ("", []),
        ("<p> </p><p>&nbsp;</p><p>&#8203;</p>", []),
        ("<p>soft&shy;hyphen and zero&#8203;width</p>", ["softhyphen and zerowidth"]),
        ("<p>a &lt;b&gt; &amp; c</p>", ["a <b> & c"]),
        ("<dl><dt>Term</dt><dd>Meaning</dd></dl>", ["Term", "Meaning"]),
        ("<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>", ["漢字（かんじ）"]),
    ],
)
def test_a_block_ends_where_a_block_level_element_does(html: str, shown: list[str]) -> None:
    assert texts(html) == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>A wrapped<br>headline</p>", ["A wrapped headline"]),
        ("<p>One<br><br>Two</p>", ["One", "Two"]),
        ("<p>One<br/>\n<br />Two</p>", ["One", "Two"]),
        ("<p>One<br>&nbsp;<br>Two</p>", ["One", "Two"]),
        (f"<p>{LONG}<br>Two</p>", [LONG, "Two"]),
        (f"<p>“{LONG}”<br>Two</p>", [f"“{LONG}”", "Two"]),
        ("<p>Short.<br>Two</p>", ["Short. Two"]),
        ("<p>One<br></p><p><br>Two</p>", ["One", "Two"]),
        ("<pre>one\n  two<br>three</pre>", ["one\n  two\nthree"]),
    ],
)
def test_line_breaks(html: str, shown: list[str]) -> None:
    assert texts(html) == shown


@pytest.mark.parametrize(
    "html",
    [
        "<script>One</script>",
        "<style>One</style>",
        "<template><p>One</p></template>",
        "<svg><title>One</title><text>One</text></svg>",
        "<iframe>One</iframe>",
        "<object>One</object>",
        "<textarea>One</textarea>",
        "<video>One</video>",
        "<title>One</title>",
        "<!-- One -->",
        "<math><mi>One</mi></math>",
    ],
)
def test_what_a_reader_does_not_see_is_no_text(html: str) -> None:
    assert texts(f"{html}<p>Two</p>") == ["Two"]


@pytest.mark.parametrize(
    ("html", "form"),
    [
        ("<p>One</p>", Form.PARAGRAPH),
        ("<div>One</div>", Form.PARAGRAPH),
        ("<h3>One</h3>", Form.HEADING),
        ("<h2><span>One</span></h2>", Form.HEADING),
        ("<li>One</li>", Form.LIST_ITEM),
        ("<li><p>One</p></li>", Form.LIST_ITEM),
        ("<blockquote>One</blockquote>", Form.QUOTE),
        ("<blockquote><p>One</p></blockquote>", Form.QUOTE),
        ("<pre><code>One</code></pre>", Form.CODE),
        ("<table><tr><td>One</td></tr></table>", Form.TABLE),
        ("<figure><img><figcaption>One</figcaption></figure>", Form.CAPTION),
        ("<figure><figcaption><p>One</p></figcaption></figure>", Form.CAPTION),
        ("<table><caption>One</caption></table>", Form.CAPTION),
    ],
)
def test_the_form_of_a_block(html: str, form: Form) -> None:
    assert [block.form for block in read_html(html).blocks] == [form]


def test_the_level_of_a_heading() -> None:
    page = read_html("".join(f"<h{level}>Heading {level}</h{level}>" for level in range(1, 7)) + "<p>Text</p>")
    assert [block.level for block in page.blocks] == [1, 2, 3, 4, 5, 6, 0]


def test_a_row_is_a_block_with_its_cells_apart() -> None:
    html = "<table><thead><tr><th>Where<th>How long</tr></thead><tr><td>Porch<td><b>One</b> night</table>"
    assert texts(html) == ["Where | How long", "Porch | One night"]


def test_characters_in_links_are_counted() -> None:
    (block,) = read_html("<p>Read <a href='/a'>all of it</a> or <a href='/b'><b>leave</b></a>.</p>").blocks
    assert block.link_chars == len("all of it") + len("leave")
    (whole,) = read_html("<li><a href='/a'>Harbour</a></li>").blocks
    assert whole.link_chars == len(whole.text)


def test_a_link_around_blocks_counts_in_each() -> None:
    first, second = read_html("<a href='/a'><h3>Headline</h3><p>Teaser text</p></a>").blocks
    assert (first.link_chars, second.link_chars) == (len("Headline"), len("Teaser text"))


@pytest.mark.parametrize(
    "hiding", ["hidden", 'style="display: none"', 'style="color:red; visibility : hidden;"', 'style="DISPLAY:NONE"']
)
def test_hidden_parts_are_blocks_that_say_so(hiding: str) -> None:
    shown = read_html(f"<div><p>One</p><div {hiding}><p>Two</p><ul><li>Three</li></ul></div><p>Four</p></div>").blocks
    assert [(block.text, block.hidden) for block in shown] == [
        ("One", False),
        ("Two", True),
        ("Three", True),
        ("Four", False),
    ]


def test_positions_count_from_one_without_gaps() -> None:
    shown = read_html("<p>One</p><p></p><p>Two</p><script>x</script><p>Three</p>").blocks
    assert [block.at for block in shown] == [1, 2, 3]


def test_places_name_the_elements_around_a_block() -> None:
    page = read_html(
        "<main><div class='Entry-Content  wide' id='Post' role='main' itemprop='articleBody'><p>One</p></div></main>"
    )
    place, path = page.blocks[0].place, []
    while place >= 0:
        path.append((page.places[place].tag, page.places[place].tokens))
        place = page.places[place].parent
    assert path[1] == ("div", ("entry-content", "wide", "#post", "role=main", "itemprop=articlebody"))
    assert [tag for tag, _ in path][:3] == ["p", "div", "main"]


def test_parents_stand_before_their_children() -> None:
    page = read_html("<div><section><p>One</p></section></div><table><tr><td>Two</td></tr></table>")
    assert all(place.parent < index for index, place in enumerate(page.places))


def test_unbalanced_tags_do_not_shift_what_follows() -> None:
    page = read_html("<div></p></span><p>One</div></section><p>Two</p></table></div>")
    assert [block.text for block in page.blocks] == ["One", "Two"]


def test_depth_has_no_end() -> None:
    assert texts("<div>" * 5_000 + "Deep") == ["Deep"]
    assert texts("<b>" * 500 + "Bold" + "</b>" * 500) == ["Bold"]


def test_too_many_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCKS", 10)
    assert len(read_html("<p>One</p>" * 10).blocks) == 10
    with pytest.raises(LimitError, match="more than 10 blocks") as error:
        read_html("<p>One</p>" * 11)
    assert error.value.reason == "too-many-blocks"


def test_the_head_is_read_wherever_it_stands() -> None:
    html = (
        "<html lang='en-GB'><title>Bridge\n opens</title><meta property='og:title' content='Bridge'>"
        "<meta name='Author' content='Ada'>"
        "<body><p>One</p><link rel='canonical' href=' /a '><script type='application/ld+json'>{}</script>"
        "<a rel='author' href='/ada'>Ada Quill</a>"
        "<time datetime='2024-03-01' itemprop='datePublished'>1 March</time></body>"
    )
    head = read_html(html).head
    assert head is not None
    assert (head.title, head.language) == ("Bridge opens", "en-GB")
    assert head.meta == (("og:title", "Bridge"), ("author", "Ada"))
    assert head.links == (("canonical", "/a"),)
    assert head.json_ld == ("{}",)
    assert head.authors == ("Ada Quill",)
    ((moment, _, is_published),) = head.times
    assert (moment, is_published) == ("2024-03-01", True)
