"""Bytes become text: by declaration where there is one, by the letters they make where there is none."""

from __future__ import annotations

import codecs
import random
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.clean.decode import decode_as, decode_html, decode_text, is_utf8, prescan, sniff

GERMAN = "Der Bürgermeister eröffnete die Brücke über den Fluss und grüßte die Gäste."
JAPANESE = "市長は昨日、川にかかる新しい橋を開通させ、来賓を歓迎しました。来週は雨の予報です。"
RUSSIAN = "Мэр города открыл новый мост через реку и поприветствовал гостей."

LEGACY = [
    ("windows-1252", "cp1252", GERMAN),
    ("windows-1252", "cp1252", "La città è più bella d'estate, però l'inverno è lungo."),
    ("windows-1252", "cp1252", "Le maire a inauguré hier la nouvelle école près de la forêt où l’été fut très sec."),
    ("windows-1252", "cp1252", "El alcalde inauguró ayer la escuela; mañana habrá más lluvia este año."),
    ("windows-1252", "cp1252", "O prefeito não compareceu à reunião; a decisão será anunciada amanhã."),
    ("windows-1252", "cp1252", "Ordføreren åpnet den nye broen over elven i går."),
    ("windows-1252", "cp1252", "Borgarstjórinn opnaði nýja brú yfir ána í gær og heilsaði gestum."),
    ("windows-1252", "cp1252", "The mayor’s office said “no comment” on Friday."),
    ("windows-1250", "cp1250", "Burmistrz otworzył wczoraj nowy most i powitał gości wśród drzew."),
    ("windows-1250", "cp1250", "Starosta včera otevřel nový most přes řeku; příští týden bude pršet."),
    ("windows-1254", "cp1254", "Belediye başkanı dün köprünün açılışını yaptı; güneş ışığı şehri aydınlattı."),
    ("windows-1251", "cp1251", RUSSIAN),
    ("koi8-r", "koi8-r", RUSSIAN),
    ("windows-1253", "cp1253", "Ο δήμαρχος άνοιξε χθες τη νέα γέφυρα πάνω από το ποτάμι."),
    ("windows-1255", "cp1255", "ראש העיר פתח אתמול את הגשר החדש מעל הנהר ובירך את האורחים."),
    ("windows-1256", "cp1256", "افتتح رئيس البلدية الجسر الجديد فوق النهر ورحب بالضيوف أمس."),
    ("windows-874", "cp874", "นายกเทศมนตรีเปิดสะพานใหม่ข้ามแม่น้ำเมื่อวานนี้และต้อนรับแขก"),
    ("shift_jis", "cp932", JAPANESE),
    ("euc-jp", "euc_jp", JAPANESE),
    ("iso-2022-jp", "iso2022_jp", JAPANESE),
    ("gb18030", "gb18030", "市长昨天为新桥揭幕，并欢迎来宾。下周预计有雨，气温将下降。"),
    ("big5", "big5", "市長昨天為新橋揭幕，並歡迎來賓。下週預計有雨，氣溫將下降。"),
    ("euc-kr", "cp949", "시장은 어제 강 위의 새 다리를 개통하고 손님들을 환영했다. 다음 주에는 비가 올 것으로 보인다."),
]


@pytest.mark.parametrize(("name", "codec", "text"), LEGACY)
def test_a_legacy_text_without_a_declaration(name: str, codec: str, text: str) -> None:
    text = f"{text}\n{text}\n"
    decoded = decode_text(text.encode(codec))
    assert decoded is not None
    assert (decoded.encoding, decoded.text, decoded.lossy) == (name, text, False)


@pytest.mark.parametrize(("name", "codec", "text"), LEGACY)
def test_a_legacy_page_without_a_declaration(name: str, codec: str, text: str) -> None:
    page = f"<html><head><title>x</title><script>var a = 1;</script></head><body><p>{text}</p></body></html>"
    decoded = decode_html(page.encode(codec))
    assert (decoded.encoding, decoded.text) == (name, page)


def test_the_guess_looks_behind_a_long_head_in_ascii() -> None:
    page = "<html><head>" + "<script>var a = 1;</script>\n" * 20_000 + f"</head><p>{RUSSIAN}</p></html>"
    assert decode_html(page.encode("cp1251")).text == page


def test_a_sample_never_cuts_a_character_in_two() -> None:
    text = JAPANESE * 2_000
    assert decode_text(text.encode("cp932")) == decode_as(text.encode("cp932"), "shift_jis")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, JAPANESE, "naïve"])
def test_unicode_with_and_without_a_mark(codec: str, text: str) -> None:
    data = text.encode(codec)
    decoded = decode_text(data)
    assert decoded is not None
    assert (decoded.text, decoded.lossy) == (text, False)
    assert sniff(data) == "text"


@given(st.text(st.characters(codec="utf-8")))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    data = text.encode()
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or "\0" in text or "\x1b$" in text:
        return
    decoded = decode_text(data)
    assert decoded is not None
    assert (decoded.text, decoded.encoding) == (text, "utf-8")


@given(st.binary(max_size=400))
def test_any_bytes_decode_as_a_page_and_twice_alike(data: bytes) -> None:
    decoded = decode_html(data)
    assert decoded == decode_html(data)
    assert decode_text(data) == decode_text(data)
    assert sniff(data) in {"empty", "binary", "gzip", "warc", "feed", "html", "text"}


def test_a_damaged_utf8_text_says_that_it_lost_something() -> None:
    decoded = decode_text(GERMAN.encode() + b"\xff" + RUSSIAN.encode()[:-2])
    assert decoded is not None
    assert decoded.encoding == "utf-8"
    assert decoded.lossy
    assert "\ufffd" in decoded.text


def test_noise_is_no_text() -> None:
    assert decode_text(random.Random(7).randbytes(4_000)) is None


# What pages declare.


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<meta charset=windows-1251>", "windows-1251"),
        (b"<META CHARSET='Shift_JIS'/>", "shift_jis"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        (b"<meta content='text/html; charset = \"big5\"' http-equiv=content-type>", "big5"),
        (b'<meta charset="latin1">', "windows-1252"),
        (b'<meta charset="gb2312">', "gbk"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b'<meta charset="x-user-defined">', "windows-1252"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?><html>', "iso-8859-2"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>", "utf-8"),
        (b"<!--><meta charset=koi8-r>", "koi8-r"),
        (b"<a title='<meta charset=koi8-r>'><meta charset=utf-8>", "utf-8"),
        (b"<? <meta charset=koi8-r><meta charset=utf-8>", "utf-8"),
        (b"<meta charset=utf-8 charset=koi8-r>", "utf-8"),
    ],
)
def test_what_a_page_declares(head: bytes, name: str) -> None:
    assert prescan(head) == name


@pytest.mark.parametrize(
    "head",
    [
        b"<meta content='text/html; charset=koi8-r'>",
        b"<meta http-equiv=refresh content='1; charset=koi8-r'>",
        b"<metadata charset=koi8-r>",
        b"<meta charset=utf-7>",
        b"<meta charset=hz-gb-2312>",
        b"<!-- <meta charset=koi8-r>",
        b"<meta charset=",
        b"",
    ],
)
def test_what_declares_nothing(head: bytes) -> None:
    assert prescan(head) is None


def test_the_header_goes_before_the_meta_element_and_the_mark_before_both() -> None:
    page = f"<meta charset=koi8-r><p>{RUSSIAN}".encode("cp1251")
    assert decode_html(page, 'text/html; charset="WINDOWS-1251"').encoding == "windows-1251"
    assert decode_html(codecs.BOM_UTF8 + b"<meta charset=koi8-r>", "text/html;charset=koi8-r").encoding == "utf-8"
    assert decode_html(b"<p>abc", "text/html; charset=\udcff").encoding == "utf-8"


def test_a_meta_element_behind_the_first_kilobyte_counts_where_the_bytes_are_not_utf8() -> None:
    page = b"<html><head>" + b" " * 2_000 + b"<meta charset=iso-8859-5><p>" + RUSSIAN.encode("iso-8859-5")
    assert RUSSIAN in decode_html(page).text


def test_a_declaration_that_is_plainly_false_is_not_believed() -> None:
    saved = f"<meta charset=windows-1254><p>{GERMAN}"
    assert decode_html(saved.encode()).text == saved
    never = f"<meta charset=utf-8><p>{GERMAN}"
    assert decode_html(never.encode("cp1252")).text == never
    assert decode_html(b"<meta charset=utf-8><p>abc", "text/html; charset=utf-16").text.endswith("<p>abc")


def test_a_declaration_is_believed_where_the_bytes_allow_it() -> None:
    assert decode_html(b"<meta charset=iso-8859-2><p>abc").encoding == "iso-8859-2"
    assert decode_html(b"<meta charset=iso-8859-2>\xe8").text.endswith("č")
    damaged = decode_html(b"<meta charset=utf-8>" + GERMAN.encode() + b"\xe9 x")
    assert (damaged.encoding, damaged.lossy) == ("utf-8", True)


def test_windows_code_pages_have_no_gaps_on_the_web() -> None:
    assert decode_as(b"a\x81b", "windows-1252") == decode_as("a\x81b".encode("latin-1"), "windows-1252")
    assert decode_as(b"a\x81b", "windows-1252").text == "a\x81b"
    assert decode_as(b"a\xffb", "windows-1253").lossy


# What bytes are.

SIGNED = [b"%PDF-1.7 obj", b"PK\x03\x04abc", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 JFIF", b"GIF89a..", b"{\\rtf1 x}"]


@pytest.mark.parametrize("data", [*SIGNED, b"\0" * 40, bytes(range(32)) * 9, b"BM\0\0\0\x01text"])
def test_binary(data: bytes) -> None:
    assert sniff(data) == "binary"


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_empty(data: bytes) -> None:
    assert sniff(data) == "empty"


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><p>x",
        "\n\n <HTML lang=en>",
        "<!-- saved --><!-- twice -->\n<html>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">',
        "<!--" + "x" * 20_000 + "--><html>",
        "<p>One sentence.</p><p>Another sentence.</p>",
        "<div class='a'><span>text</span></div>",
        "Skip to content <div><ul><li>Home</li><li>News</li></ul></div><p>Text</p>",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_html(page: str, codec: str) -> None:
    assert sniff(page.encode(codec)) == "html"


@pytest.mark.parametrize(
    "text",
    [
        "If a < b and b > c, then ...",
        "<b>Breaking</b> The mayor opened the bridge.",
        "BMW and MZ build motorcycles.",
        "In HTML a paragraph stands between <p> and </p>, a line break is <br>. " + "The rest is prose. " * 40,
        "<Applause> said the transcript. <Laughter>",
        "one line\x0cand a page break",
        "a text with one stray \x00 byte " + string.ascii_letters * 10,
    ],
)
def test_text_that_is_no_html(text: str) -> None:
    assert sniff(text.encode()) == "text"


@pytest.mark.parametrize(
    "feed",
    ['<?xml version="1.0"?>\n<rss version="2.0">', '<feed xmlns="x">', "<urlset >", "<rdf:RDF >", "<!-- x --><opml>"],
)
def test_a_list_of_articles_is_none(feed: str) -> None:
    assert sniff(feed.encode()) == "feed"


def test_containers() -> None:
    assert sniff(b"\x1f\x8b\x08\0rest") == "gzip"
    assert sniff(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n") == "warc"


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
@example(codecs.BOM_UTF8 + b"<p>abc")
@example(b"<meta charset=utf-16><p>a\xc3\xa9")
@example(b"<meta charset=utf-8><p>a\xe9")
def test_bytes_that_pass_for_utf_8_are_the_text_s_own(data: bytes) -> None:
    decoded = decode_html(data)
    assert not is_utf8(data, decoded) or decoded.text.encode() == data
