"""The phrase table: shipped rules prove themselves, faulty ones are refused, folding and finding keep their laws."""

from __future__ import annotations

import re
import unicodedata
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import phrases
from scraper.clean.fold import fold, folds_to
from scraper.clean.phrase_rules import Rule, load, read
from scraper.clean.phrase_rules import table as arranged
from scraper.clean.phrases import Phrases
from scraper.errors import ConfigError
from scraper.types import Kind

FOLDER = resources.files("scraper.clean") / "rules" / "phrases"
FILES = {entry.name: entry.read_bytes() for entry in FOLDER.iterdir() if entry.name.endswith(".toml")}
RULES = read(FILES)
SHIPPED = Phrases(arranged(RULES))
HITS = [pytest.param(rule, line, id=f"{rule.id}: {line}") for rule in RULES for line in rule.hits]
SPARES = [pytest.param(line, id=f"{rule.id}: {line}") for rule in RULES for line in rule.spares]

HEAD = '[[rule]]\nid = "share.one"\nkind = "share"\nmatch = "line"\nsure = true\nwhy = "a theme"\n'
PROOF = 'hits = ["Share"]\nspares = ["Shares fell"]\n'
PHRASE = '[rule.phrases]\nen = ["Share"]\n'
SHAPE = HEAD.replace('"line"', '"shape"') + PROOF + 'needs = ["a"]\n'

anything = st.text(st.characters())
"""Any code points, lone surrogates too: a page's text can hold them."""


def table(**phrases_by_rule: tuple[str, bool, tuple[str, ...]]) -> Phrases:
    """A table of rules, given as id=(match, sure, phrases); the kind is that of a share button."""
    rules = [
        Rule(name, Kind.SHARE, match, sure, "test", ("x",), ("x",), {"en": texts})  # type: ignore[arg-type]  # match is a str
        for name, (match, sure, texts) in phrases_by_rule.items()
    ]
    return Phrases(arranged(rules))


# The shipped rules


def test_each_file_holds_rules_of_the_kind_it_is_named_after() -> None:
    assert FILES
    for name, data in FILES.items():
        assert {rule.kind for rule in read({name: data})} == {Kind(name.removesuffix(".toml"))}, name


@pytest.mark.parametrize(("rule", "line"), HITS)
def test_a_rule_finds_the_lines_it_promises(rule: Rule, line: str) -> None:
    hit = SHIPPED.find(line)
    assert hit is not None
    assert hit.kind == rule.kind
    assert rule.id in hit.rule.split("+")
    assert hit.sure or not rule.sure


@pytest.mark.parametrize("line", SPARES)
def test_no_rule_is_sure_of_a_line_that_one_promises_to_spare(line: str) -> None:
    hit = SHIPPED.find(line)
    assert hit is None or not hit.sure, hit


# Faulty rules


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(HEAD + 'colour = "red"\n' + PROOF + PHRASE, "colour", id="unknown key"),
        pytest.param(HEAD.replace('"share"', '"sharing"') + PROOF + PHRASE, "sharing", id="unknown kind"),
        pytest.param(HEAD.replace('"line"', '"word"') + PROOF + PHRASE, "word", id="unknown match"),
        pytest.param(HEAD + 'hits = ["Share"]\nspares = []\n' + PHRASE, "spares", id="no spares"),
        pytest.param(HEAD + 'hits = []\nspares = ["Shares fell"]\n' + PHRASE, "hits", id="no hits"),
        pytest.param((HEAD + PROOF + PHRASE).replace("a theme", ""), "why", id="no reason"),
        pytest.param(HEAD + PROOF, "phrases", id="no phrases"),
        pytest.param(HEAD + PROOF + '[rule.phrases]\nen = ["***"]\n', "no letter", id="phrase of punctuation"),
        pytest.param(SHAPE + "shapes = ['(a']\n", "no regular expression", id="broken regex"),
        pytest.param(SHAPE + "shapes = ['(a+)+b']\n", "repeats a group", id="nested repeat"),
        pytest.param(SHAPE + r"shapes = ['(?:\w+\s*){2,}b']" + "\n", "repeats a group", id="nested counted repeat"),
        pytest.param(SHAPE, "shapes", id="shape without shapes"),
        pytest.param(SHAPE + "shapes = ['a']\n" + PHRASE, "no phrases", id="shape with phrases"),
        pytest.param(HEAD + PROOF + PHRASE + "\n" + HEAD + PROOF + PHRASE, "used twice", id="id twice"),
    ],
)
def test_a_faulty_rule_is_refused_by_file_and_id(text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"share.toml": text.encode()})
    assert "share.toml" in str(caught.value)
    assert "share.one" in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [pytest.param('kind = "share"', 'kind = "poll"', id="kind"), pytest.param("true", "false", id="sure")],
)
def test_one_phrase_in_two_files_must_mean_the_same(old: str, new: str) -> None:
    first = HEAD + PROOF + PHRASE
    second = first.replace("share.one", "other.two")
    load({"a.toml": first.encode(), "b.toml": second.encode()})
    with pytest.raises(ConfigError, match=r"b\.toml: rule other\.two: 'share' stands in share\.one too"):
        load({"a.toml": first.encode(), "b.toml": second.replace(old, new).encode()})


@pytest.mark.parametrize("data", [b"\xff", b"[[rule", b"title = 1", b"", b"rule = 3", b"rule = [3]"])
def test_a_file_that_holds_no_rules_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"share\.toml"):
        load({"share.toml": data})


# Folding


@given(anything)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("abcçdéẞßıiIİöşσςΣάЙйёЁїґ فىی 12'.-–! ")))
def test_capitals_fold_like_small_letters(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower()) == fold(text)


@given(st.text(st.sampled_from("aÅéüñ가がиё한ﬁ 9")), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_each_normal_form_folds_alike(text: str, form: str) -> None:
    assert fold(unicodedata.normalize(form, text)) == fold(text)  # type: ignore[arg-type]  # a plain string from a strategy


@given(st.text(st.sampled_from("ab'- 1")), st.sampled_from("‘’‛′"), st.sampled_from("‐–—−"))
def test_quotes_and_dashes_fold_alike(text: str, quote: str, dash: str) -> None:
    assert fold(text.replace("'", quote).replace("-", dash)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PAYLAŞ", "paylaş"),
        ("YAZDIR", "Yazdır"),
        ("İLGİLİ HABERLER", "ilgili haberler"),
        ("Реклама", "РЕКЛАМА"),
        ("ΔΙΑΒΆΣΤΕ ΕΠΊΣΗΣ", "Διαβάστε επίσης"),
        ("Ｓｈａｒｅ", "share"),
        ("«Share»", "[ share ]"),
        ("3,141 comments", "7 comments"),
        ("Read\u00a0\u200bmore →", "read more"),
        ("کتاب", "كتاب"),
    ],
)
def test_what_prints_alike_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("कि", "क"), ("share", "shares")])
def test_what_means_otherwise_folds_otherwise(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(anything, anything)
def test_a_text_folds_to_a_form_or_not(text: str, other: str) -> None:
    for form in (fold(other), fold(text)):
        assert folds_to(text, ["x", form]) == (fold(text) in ("x", form))


@given(
    st.text(st.sampled_from("aAkK\u212aıİſß1٣.,- \u0301"), max_size=4),
    st.text(st.sampled_from("aAkiIs03 "), max_size=3),
)
def test_short_texts_fold_to_a_form_or_not(text: str, form: str) -> None:
    assert folds_to(text, [fold(form)]) == (fold(text) == fold(form))


# Finding

known = st.sampled_from([line for rule in RULES for line in rule.hits])
mixed = st.lists(known | anything, max_size=6).flatmap(
    lambda parts: st.sampled_from(["", " ", " | ", ": ", " - ", "。", ". "]).map(lambda glue: glue.join(parts))
)


@given(anything | mixed)
def test_finding_takes_any_line_and_answers_the_same_twice(line: str) -> None:
    hit = SHIPPED.find(line)
    assert hit == SHIPPED.find(line)
    assert hit is None or {part.partition(".")[0] for part in hit.rule.split("+")} >= {str(hit.kind)}


class Patient(Phrases):
    """Looks at every line in full."""

    def _may_open(self, line: str) -> bool:
        return True


PATIENT = Patient(arranged(RULES))


@given(anything | mixed)
def test_no_line_is_let_go_that_would_be_found(line: str) -> None:
    assert SHIPPED.find(line) == PATIENT.find(line)


@pytest.mark.parametrize(
    ("line", "sure"),
    [
        ("Share Tweet", True),
        ("Share | Tweet | Share", True),
        ("Share Print", False),
        ("Print • Email", False),
        ("Share on the market", None),
        ("Share | and an unknown one", None),
    ],
)
def test_a_line_of_labels_is_sure_only_if_each_is(line: str, sure: bool | None) -> None:
    hit = table(one=("line", True, ("Share", "Tweet")), two=("line", False, ("Print", "Email"))).find(line)
    assert (hit and hit.sure) == sure


def test_four_different_hints_in_a_row_are_sure() -> None:
    hints = table(one=("line", False, ("Print", "Email", "Save", "Listen")))
    assert (three := hints.find("Print Email Save"))
    assert not three.sure
    assert (four := hints.find("Print Email Save Listen"))
    assert four.sure


def test_a_phrase_takes_only_what_belongs_to_it() -> None:
    affixes = table(
        one=("label", True, ("Read also",)), two=("start", True, ("Sign up for",)), three=("end", True, ("via app",))
    )
    assert affixes.find("Read also: Mayor resigns")
    assert affixes.find("Read also: Mayor resigns. The council meets today.") is None
    assert affixes.find("Sign up for our letter")
    assert affixes.find("Sign up format is new") is None
    assert affixes.find("Sign up for " + "word " * 21) is None
    assert affixes.find("Sent via app")


# Hostile lines: what a line can cost is bounded by its length, so the bounds are what is tested


def test_a_line_over_the_limit_is_not_asked_about() -> None:
    share = table(one=("line", True, ("Share",)))
    fits = "Share".ljust(phrases.LONGEST_LINE, "!")
    assert share.find(fits)
    assert share.find(fits + "!") is None


def test_a_line_over_the_limit_of_shapes_is_shown_to_none() -> None:
    shapes = load({"share.toml": (SHAPE + "shapes = ['^a']\n").encode()})
    assert shapes.find("a" * phrases.LONGEST_SHAPE_LINE)
    assert shapes.find("a" * (phrases.LONGEST_SHAPE_LINE + 1)) is None


def test_a_line_of_too_many_parts_is_left_to_its_position() -> None:
    labels = table(one=("line", True, ("Share",)))
    assert labels.find(" ".join(["Share"] * phrases.MOST_PARTS))
    assert labels.find(" ".join(["Share"] * (phrases.MOST_PARTS + 2))) is None


@pytest.mark.parametrize(
    "char", [*"aA1 :-–|.,/<(!*·", "\t", "é", "字", "ह", "́", "\u200b", "\U0001f600", "0:", "a ", "1 / "]
)
@pytest.mark.parametrize("length", [1, phrases.LONGEST_SHAPE_LINE, phrases.LONGEST_LINE, 100_000])
def test_a_long_run_is_no_phrase(char: str, length: int) -> None:
    hit = SHIPPED.find((char * length)[:length])
    assert length <= phrases.LONGEST_SHAPE_LINE or hit is None


def test_each_shipped_shape_compiles_and_asks_for_a_literal() -> None:
    for rule in RULES:
        for shape in rule.shapes:
            re.compile(shape)
        assert all(rule.needs)
