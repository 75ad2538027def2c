"""A byline's text taken apart: what opens it, the names that it lists, and what stands around a name."""

from __future__ import annotations

import html
import re

from scraper.clean import agencies
from scraper.clean.fold import fold
from scraper.clean.wires import towns
from scraper.expressions import expression

_OPENERS = (
    r"(?:(?:more\s+)?about|(?:words|story|text|report|article|recipe|guide|review|post|authored|written|posted|reported|"
    r"published|created|medically\s+written)(?:\s+(?:and|&)\s+[a-z]+)?\s+by|by|von|par|por|di|door|przez|authors?|"
    r"autor(?:in|es|a)?|autore|auteurs?|författare|skrevet\s+av|skriven\s+av|propos\s+recueillis\s+par|a\s+cura\s+di|"
    r"oleh|yazan|автор|"
    r"(?:(?:an?|eine?|une?|una|un'?)\s*)?(?:kolumne|kommentar|analyse|gastbeitrag|gastkommentar|interview|essay|reportage|"
    r"rezension|opinion|analysis|comment|column|commentary|chronique|tribune|entretien|análisis|opinión|columna|"
    r"entrevista|analisi|commento|opinione|intervista|artigo)\s+(?:by|von|par|por|di|de|da))"
)
_LABELS = (
    "texte?|tekst|testo|texto|words|reporter|reporters|penulis|reportase|szerzo|irta|autorka|autorzy|autori|autoren|"
    "skribent|journalist|forfatter|kirjoittaja|tac gia|muhabir|haber|текст|автори|авторы|журналист|συντακτης|"
    "بقلم|كتب|كتبت|نويسنده|گزارش|ผู้เขียน|เรื่อง|작성자|글|作者|撰文|撰稿|文|取材・文|取材|執筆|記者|记者|通訊員"
)
"""Folded words that open a byline only before a colon, a bar or the like."""
LONGEST = 500
"""Characters of a field that can be a list of names; a biography is longer."""
OPENER = expression(
    rf"\W*(?:{_OPENERS}(?![\w’'-])[:\s]*|(?-i:(?:[Ww]ritten |[Pp]osted )?[Bb]y)(?=(?-i:[A-ZÀ-Þ])))", re.I
)
"""What stands before a name: "By ", "Written by ", "Author: ", and "ByAda Quill" where two elements touch."""
# "Posted on 1 March 2024 by Ada Quill", "Published 1 March | Von Jana Beispiel"
WITHIN = expression(rf"(?:\s(?=(?:written |posted )?by\s)|[|•·–—,]\s+(?={OPENER.pattern[3:]}))", re.IGNORECASE)
_LABEL = expression(r"\s*([^:：／/＝=|]{1,20}?)\s*[:：／/＝=|]\s*(?=\S)")
_IS_LABEL = expression(rf"(?:{_LABELS})")

# Signs and words that stand between two names. The second sort are also initials and parts of names ("John E. Smith",
# "Ortega y Gasset"): they part only two whole names, and only in small letters.
_SIGNS = r"\s*[,;/|&+•、，；／＆]\s*"
_WORDS = "and|und|et|og|och|ve|oraz|és|și|şi|avec|with|mit|med|by"
_SHY_WORDS = "y|e|i|a|en|con|com|και|и|та|й|dan|ja|și|dhe|dengan"
_JOINED = expression(rf"{_SIGNS}(?:(?:{_WORDS})\s+)?|\s+(?:{_WORDS})\s+", re.IGNORECASE)
_SHY = expression(rf"\s(?:{_SHY_WORDS})\s")
_BETWEEN_HAN = expression(r"(?<=[\u4e00-\u9fff\uac00-\ud7a3]{2})[・·‧](?=[\u4e00-\u9fff\uac00-\ud7a3]{2})")

FIRST_KANA = "\u3040"
"""Before it stands no letter of East Asia's scripts."""

_ADDRESS = expression(r"\S*@\S*")
_LINEAGE = expression(r",\s*(?=(?:Jr|Sr|II|III|IV)\b)")
_FAMILY_FIRST = expression(r"((?:[a-z]{2,3}\s){0,2}[^\W\d_][\w'’-]+),\s+([^\W\d_][\w.'’-]*(?:\s[^\W\d_]\.?)?)")
_TAIL = expression(
    r"(?:\s*[,(|–—\[…]|\s+(?:-\s|\d|(?:in|aus|for|für|pour|para|from|at|bei|[Ss]pecial to)\s|"
    r"(?i:updated|published|posted|reviewed|edited)\b)).*$",
    re.DOTALL,
)
_NICKNAMED = expression(r"[^\W\d_]+ \([^\W\d_]+\) [^\W\d_]+")
_INITIAL = expression(r"\b(?:\w|Jr|Sr)\.$")
_REPORTED_FROM = expression(r"[\u4e00-\u9fff]{2,5}(?:報導|报道|專訊|专讯|電|电)$")
# What a reporter is, written onto the name where words are not spaced.
_UNSPACED = expression(
    r"^(?:本報|實習|見習|特約)?(?:記者|记者|通訊員|通讯员|기자|撰文|文(?=・))[・\s]*(?=[\u4e00-\u9fff\uac00-\ud7a3]{2})|"
    r"(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3])\s*(?:특별|선임|전문|객원|인턴|수습)?"
    r"(?:記者|记者|報導|报道|編集委員|論説委員|特派員|通訊員|기자|특파원|논설위원|PD)$"
)

ROLES = frozenset(
    fold(word)
    for word in (
        "analyst assistant associate ceo cfo chief co-founder coach cofounder columnist consultant contributor "
        "coordinator correspondent cto department director editor executive expert experts founder grader head "
        "institute journalist lead manager marketing officer president producer professor representative reporter "
        "researcher role senior specialist strategist university vice writer chefredakteur chefredakteurin "
        "korrespondent korrespondentin redakteur redakteurin volontär volontärin reporterin journalistin "
        "kolumnist kolumnistin autor autorin journaliste rédacteur rédactrice correspondant correspondante "
        "periodista redactor redactora corresponsal giornalista direttore inviato jornalista repórter redacteur "
        "verslaggever correspondente journalisten toimittaja dziennikarz dziennikarka muhabir muhabiri журналист "
        "корреспондент корреспондентка обозреватель редактор"
    ).split()
)
"""Words of what somebody is, before or behind a name."""
FIELDS = frozenset(
    (
        "political politics business sport sports economics economy health education environment science "
        "technology tech foreign home crime security defence defense diplomatic parliamentary royal legal media "
        "culture arts religion transport energy consumer money national regional local international world europe "
        "european middle east asia africa us uk bureau chief deputy staff special investigations investigative "
        "data digital social politische politischer wirtschafts"
    ).split()
)
"""What a role is about, before it: "Ada Quill Political Correspondent"."""
DEGREES = frozenset("phd ph.d md m.d do dvm rd rdn mba cpa cfa cfp esq ma msc bsc lpc lcsw pharmd np rn".split())


def unopened(text: str) -> str:
    """A byline without what opens it ("By ", "Author: ", "文／")."""
    opener = OPENER.match(text)
    if opener is not None:
        return text[opener.end() :]
    label = _LABEL.match(text)
    is_label = label is not None and _IS_LABEL.fullmatch(fold(label[1])) is not None
    return text[label.end() :] if label is not None and is_label else text


def split(raw: str) -> list[str]:
    """The parts of an author field or a byline that may each be a name, without roles, places and degrees."""
    if len(raw) > LONGEST:
        return []
    raw = html.unescape(raw) if "&" in raw else raw
    raw = _LINEAGE.sub(" ", unopened(_ADDRESS.sub(",", " ".join(raw.split()))))
    pairs = [_FAMILY_FIRST.fullmatch(part) for part in re.split(r"\s*;\s*", raw.strip(" ;"))]
    if all(pair is not None and not _is_elsewhere(pair[2]) for pair in pairs):
        return [f"{pair[2]} {pair[1]}" for pair in pairs if pair is not None]
    parts = [part for whole in _listed(raw) for part in _shy_parts(whole)]
    return [name for part in parts for name in _parted(bare(part)) if name]


def _parted(name: str) -> list[str]:
    return _BETWEEN_HAN.split(name) if is_east_asian(name) else [name]


def is_east_asian(text: str) -> bool:
    """Whether a text may hold Han, kana or Hangul: what reads these takes 3 ms to compile, an expression each."""
    return not text.isascii() and max(text) >= FIRST_KANA


def _is_elsewhere(word: str) -> bool:
    """Whether a word behind a comma is no first name: an agency, a town, a role."""
    folded = fold(word)
    return bool(agencies.canonical(word)) or word.upper() in towns() or folded in ROLES | DEGREES


def _listed(text: str) -> list[str]:
    """The parts of a list; what follows a comma and is called a role is the role of who stands before it."""
    cuts = list(_JOINED.finditer(text))
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(text)]
    parts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    is_role = [
        cut[0].strip() == "," and not ROLES.isdisjoint(fold(part).split())
        for cut, part in zip(cuts, parts[1:], strict=True)
    ]
    return [part for part, role in zip(parts, [False, *is_role], strict=True) if not role]


def _shy_parts(text: str) -> list[str]:
    """Two whole names about a word that is also a part of names; else the text as it is."""
    parts = _SHY.split(text)
    return parts if all(len(part.split()) > 1 for part in parts) else [text]


def bare(part: str) -> str:
    """One name without what is said of its bearer: role, place, agency, degree, time."""
    if _NICKNAMED.fullmatch(part.strip()):
        return part.strip()
    name = _TAIL.sub("", part).strip()
    if is_east_asian(part):
        if _REPORTED_FROM.fullmatch(part):
            return ""
        name = _UNSPACED.sub("", name)
    words = name.strip(" :;-–|\"“”'*").split()
    said = [fold(word) in ROLES | FIELDS for word in words]
    roles = [place for place, word in enumerate(words) if fold(word) in ROLES]
    if roles and said[0] and (first := said.index(False) if False in said else 0) > roles[0]:
        words, said = words[first:], said[first:]  # "Political Editor Ada Quill"
        roles = [place - first for place in roles if place >= first]
    if roles and True in said[2:]:
        words = words[: said.index(True, 2)]  # "Ada Quill Political Editor at large"
    while len(words) > 2 and fold(words[-1]) in DEGREES:
        words.pop()
    for count in (3, 2, 1):
        if len(words) - count >= 2 and agencies.canonical(" ".join(words[-count:])):
            words = words[:-count]
    name = " ".join(words).strip(" ,:")
    return name if _INITIAL.search(name) else name.rstrip(".")
