"""News agencies: names, datelines, sign-offs, bylines in titles, source lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import datelines
from scraper.clean.agencies import byline_suffix, canonical, dateline, is_agency, signoff, source_agency
from scraper.clean.wires import rules

REST = "The government said on Tuesday that talks would go on."


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Reuters", "Reuters"),
        ("REUTERS", "Reuters"),
        ("Thomson Reuters", "Reuters"),
        ("Agence France-Presse", "AFP"),
        ("The Associated Press", "AP"),
        ("AP", "AP"),
        ("Anadolu Ajansı", "AA"),
        ("РИА Новости", "RIA"),
        ("共同通信", "Kyodo"),
        ("Ap", None),
        ("Petra", None),
        ("Beta", None),
        ("John Smith", None),
        ("", None),
    ],
)
def test_the_code_of_a_name(name: str, code: str | None) -> None:
    assert canonical(name) == code


@pytest.mark.parametrize(
    "name", ["Reuters", "dpa", "dpa/AFP", "Reuters Staff", "By Reuters", "AP and Reuters", "Agence France-Presse (AFP)"]
)
def test_an_agency_is_no_author(name: str) -> None:
    assert is_agency(name)


@pytest.mark.parametrize("name", ["Petra", "Jane Doe", "Staff", "News", "Reuters Smith", "Jane Doe, AFP", "", "/"])
def test_a_person_is_no_agency(name: str) -> None:
    assert not is_agency(name)


@pytest.mark.parametrize(
    ("head", "place", "date", "agency"),
    [
        ("BAKU (Reuters) – ", "BAKU", None, "Reuters"),
        ("Sept 26 (Reuters) - ", None, "--09-26", "Reuters"),
        ("MOSCOW, Sept 26 (Reuters) - ", "MOSCOW", "--09-26", "Reuters"),
        ("BEIRUT/THE HAGUE, March 7 (Reuters) - ", "BEIRUT/THE HAGUE", "--03-07", "Reuters"),
        ("(Reuters) - ", None, None, "Reuters"),
        ("Berlin (dpa) - ", "Berlin", None, "dpa"),
        ("Berlin (dpa/bb) - ", "Berlin", None, "dpa"),
        ("Berlin (epd). ", "Berlin", None, "epd"),
        ("LA CROSSE, Wis. (AP) — ", "LA CROSSE, Wis.", None, "AP"),
        ("MADRID, 26 Sep. (EUROPA PRESS) - ", "MADRID", "--09-26", "Europa Press"),
        ("Madrid, 26 sep (EFE).- ", "Madrid", "--09-26", "EFE"),
        ("Lisboa, 26 set 2023 (Lusa) - ", "Lisboa", "2023-09-26", "Lusa"),
        ("SÃO PAULO, SP (FOLHAPRESS) - ", "SÃO PAULO, SP", None, "Folhapress"),
        ("(ANSA) - ROMA, 26 SET - ", "ROMA", "--09-26", "ANSA"),
        ("ANKARA (AA) - ", "ANKARA", None, "AA"),
        ("МОСКВА, 26 сен - РИА Новости. ", "МОСКВА", "--09-26", "RIA"),
        ("МОСКВА, 26 сентября. /ТАСС/. ", "МОСКВА", "--09-26", "TASS"),
        ("26 сентября, Минск /Корр. БЕЛТА/. ", "Минск", "--09-26", "BelTA"),
        ("YEREVAN, SEPTEMBER 26, ARMENPRESS. ", "YEREVAN", "--09-26", "Armenpress"),
        ("New Delhi [India], September 26 (ANI): ", "New Delhi [India]", "--09-26", "ANI"),
        ("New Delhi, Sep 26 (PTI) ", "New Delhi", "--09-26", "PTI"),
        ("Budapest, 2023. szeptember 26., kedd (MTI) - ", "Budapest", "2023-09-26", "MTI"),
        ("تهران- ایرنا- ", "تهران", None, "IRNA"),
        ("رام الله 26-9-2023 وفا- ", "رام الله", "2023-09-26", "WAFA"),
        ("【ワシントン共同】", "ワシントン", None, "Kyodo"),
        ("【北京AFP=時事】", "北京", None, "AFP"),
        ("新华社北京9月26日电 ", "北京", "--09-26", "Xinhua"),
        ("(서울=연합뉴스) 홍길동 기자 = ", "서울", None, "Yonhap"),
        ("WASHINGTON — ", "WASHINGTON", None, None),
        ("WASHINGTON, D.C. — ", "WASHINGTON, D.C.", None, None),
        ("VIENNA, Sept. 26, 2023 — ", "VIENNA", "2023-09-26", None),
        ("NEW YORK - ", "NEW YORK", None, None),
    ],
)
def test_a_dateline(head: str, place: str | None, date: str | None, agency: str | None) -> None:
    found = dateline(head + REST)
    assert found is not None
    assert (found.place, found.date, found.agency) == (place, date, agency)
    assert (found.start, (head + REST)[found.end :]) == (0, REST)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Bizim Gazete - " + REST,
        "BREAKING — " + REST,
        "NATO — " + REST,
        "UPDATE 1-Oil falls - " + REST,
        "BASIL - Repels flies, mosquitoes and the carrot fly, as gardeners have long known.",
        "* BASIL — Repels flies, mosquitoes and the carrot fly, as gardeners have long known.",
        "LIGHTEN YOUR LOAD – Start by weeding out things that you do not need on the trail.",
        "The agency (AFP) reported on Monday - and others followed - that talks would go on.",
        "Erika Mustermann (CDU) - the party's whip - said that talks would go on in the house.",
        "On Tuesday, the minister – who is on leave – said that talks would go on in the house.",
        "Superlight 2 (2025) - a cheaper alternative to the one that was tested here last year.",
        "WASHINGTON — short",
        "",
    ],
)
def test_no_dateline(paragraph: str) -> None:
    assert dateline(paragraph) is None


def test_credits_name_reporters_and_editors() -> None:
    text = "It took no part. (Reporting by Ann Poe in Oslo, Bo Li and Cy Roe in Rome and New York; Editing by Di Fox)"
    found = signoff(text)
    assert found is not None
    assert text[found.start : found.end] == "(" + (found.credits or "") + ")"
    assert (found.reporters, found.editors, found.agency) == (("Ann Poe", "Bo Li", "Cy Roe"), ("Di Fox",), None)


@pytest.mark.parametrize(
    ("text", "reporters", "editors"),
    [
        ("Reporting by Ann Poe; Additional reporting by Bo Li; editing by Di Fox", ("Ann Poe", "Bo Li"), ("Di Fox",)),
        ("(Reportage de Ann Poe; Version française Bo Li, édité par Di Fox)", ("Ann Poe",), ("Di Fox",)),
        ("(Reporte de Ann Poe. Editado en español por Di Fox)", ("Ann Poe",), ("Di Fox",)),
        ("(Reportagem de Ann Poe; Edição de Di Fox)", ("Ann Poe",), ("Di Fox",)),
        ("(Bericht von Ann Poe, redigiert von Di Fox)", ("Ann Poe",), ("Di Fox",)),
    ],
)
def test_credits_of_other_forms(text: str, reporters: tuple[str, ...], editors: tuple[str, ...]) -> None:
    found = signoff(text)
    assert found is not None
    assert (found.reporters, found.editors) == (reporters, editors)


@pytest.mark.parametrize(
    ("end", "agency", "desk"),
    [
        ("(AFP)", "AFP", None),
        ("(dpa/AFP)", "dpa", None),
        ("/TASS/", "TASS", None),
        ("/ritzau/", "Ritzau", None),
        ("(PAP) abc/ def/", "PAP", None),
        ("(red, APA, 26.9.2023)", "APA", None),
        ("(Beta, 26.09.2023)", "Beta", None),
        ("-- BERNAMA", "Bernama", None),
        ("(DIŞ HABERLER)", None, "DIŞ HABERLER"),
        ("(HABER MERKEZİ)", None, "HABER MERKEZİ"),
    ],
)
def test_a_signoff(end: str, agency: str | None, desk: str | None) -> None:
    text = f"{REST} {end}"
    found = signoff(text)
    assert found is not None
    assert (found.agency, found.desk, text[found.start : found.end]) == (agency, desk, end)


@pytest.mark.parametrize(
    "end", ["(see map)", "(NATO)", "(the minister)", "(Adds quote)", "(PA)", "- and so on.", "either/or", ""]
)
def test_no_signoff(end: str) -> None:
    assert signoff(f"{REST} {end}") is None


@pytest.mark.parametrize(
    ("title", "kept", "agency"),
    [
        ("Minister schimpft Von Reuters", "Minister schimpft", "Reuters"),
        ("Talks go on By Reuters", "Talks go on", "Reuters"),
        ("Talks go on - Reuters", "Talks go on", "Reuters"),
        ("Talks go on | AP News", "Talks go on", "AP"),
        ("Les pourparlers continuent Par AFP", "Les pourparlers continuent", "AFP"),
        ("I colloqui continuano di Reuters", "I colloqui continuano", "Reuters"),
    ],
)
def test_a_byline_at_the_end_of_a_title(title: str, kept: str, agency: str) -> None:
    found = byline_suffix(title)
    assert found is not None
    assert (title[: found.start], found.agency, found.end) == (kept, agency, len(title))


@pytest.mark.parametrize(
    "title", ["Reuters", "Why it is Reuters", "Encuesta realizada por Reuters", "Software in Beta - Beta", ""]
)
def test_a_title_without_a_byline(title: str) -> None:
    assert byline_suffix(title) is None


@pytest.mark.parametrize(
    ("line", "following", "agency"),
    [
        ("Source : UPI", None, "UPI"),
        ("SOURCE:", "REUTERS", "Reuters"),
        ("Kaynak: AA", None, "AA"),
        ("Izvor: Beta", None, "Beta"),
        ("Quelle: dpa/AFP", None, "dpa"),
        ("© Reuters. A minister speaks at a parade", None, "Reuters"),
        ("© 2023 AFP", None, "AFP"),
        ("SOURCE:", None, None),
        ("Source link", None, None),
        ("source site-20", None, None),
        ("Source: Map", None, None),
        ("Source: Our own paper, Reuters", None, None),
    ],
)
def test_a_source_line(line: str, following: str | None, agency: str | None) -> None:
    assert source_agency(line, following) == agency


def test_no_name_stands_for_two_agencies() -> None:
    owners: dict[str, set[str]] = {}
    for agency in rules().agency:
        for name in (*agency.names, *agency.marks, *agency.labels):
            owners.setdefault(name, set()).add(agency.code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


SEPARATORS = [
    "(",
    ")",
    "/",
    "[",
    "]",
    " - ",
    " — ",
    ", ",
    ". ",
    "=",
    "【",
    "】",
    "; Editing by ",
    "Source:",
    "©",
    "By ",
]
WORDS = ["Reuters", "AFP", "dpa", "TASS", "연합뉴스", "BAKU", "Rome", "Sept 26", "26.9.2023", "Reporting by Ann Poe"]
PIECES = st.lists(
    st.one_of(
        st.sampled_from(SEPARATORS), st.sampled_from([*WORDS, "共同", "新华社", "9月26日电"]), st.text(max_size=5)
    ),
    max_size=14,
).map("".join)


@given(st.one_of(st.text(max_size=300), PIECES))
def test_what_is_found_lies_in_the_text(text: str) -> None:
    for read in (dateline, signoff, byline_suffix):
        found = read(text)
        assert found == read(text)
        if found is not None:
            assert 0 <= found.start < found.end <= len(text)
    assert source_agency(text, text) == source_agency(text, text)
    assert is_agency(text) == is_agency(text)


HEADS = st.lists(
    st.sampled_from(
        "MOSCOW Moscow Rio de Janeiro New the The is said nouvelle den Sept september 26 2023. (Reuters) (dpa) AFP dpa "
        "РИА /TASS/ 【ワシントン共同】 - — – * • , : . d'Or über may Friday".split()
    ),
    min_size=1,
    max_size=7,
)


@given(HEADS, st.sampled_from([" ", ", ", ""]))
def test_no_dateline_is_let_go_by_its_first_words(words: list[str], glue: str) -> None:
    text = glue.join(words) + " - The president of the country said so today."
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datelines, "_is_sentence", lambda _: False)
        read = dateline(text)
    assert dateline(text) == read


@given(st.sampled_from([phrase for phrases in rules().credits.values() for phrase in phrases]), st.booleans())
def test_no_credits_are_let_go_by_their_first_letters(phrase: str, is_loud: bool) -> None:
    found = signoff(f"({phrase.upper() if is_loud else phrase} Ada Quill)")
    assert found is not None
    assert found.credits is not None
