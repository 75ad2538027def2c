"""Which names of an author field or a byline are people's: no agency, no site, no desk, no address, no role."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import urlsplit

from scraper.clean import agencies
from scraper.clean.bylines import ROLES, is_east_asian, split
from scraper.clean.fold import fold
from scraper.clean.view import View
from scraper.clean.wires import rules, towns
from scraper.expressions import expression

NO_PERSON = frozenset(
    fold(word)
    for word in (
        "admin administrator agencies agencias agências agences editor editors editorial staff redaktion "
        "redaktionen onlineredaktion redaktionsnetzwerk redacción rédaction redazione redactie redakcja "
        "redaksjonen redaksiyon redakce redakció redakcija redação toimitus redaksi редакция редакція newsroom "
        "newsdesk news desk webmaster guest author authors unknown none null team teams contributor contributors "
        "correspondent correspondents reporter reporters writer writers online web editor-in-chief size text "
        "contents inc ltd llc gmbh"
    ).split()
)
_NO_PERSON_UNSPACED = expression(
    r"(?:編集部|編輯部|编辑部|編輯中心|取材班|採訪組|採訪中心|新聞社|通信社|通訊社|通讯社|報社|新聞網|新闻网|新聞台|電視台|"
    r"电视台|ニュース|デジタル|취재팀|뉴스팀|편집국|편집부|보도국|온라인팀|디지털팀|신문|뉴스)$"
)
"""How a desk or a medium ends where words are not spaced."""
PRESS = frozenset(
    "the times post daily herald journal gazette press tribune mail blog magazine media tv radio digital group "
    "network studio today world weekly express star sun zeitung nachrichten tagblatt tageblatt anzeiger kurier bote "
    "spiegel presse rundschau merkur allgemeine noticias diario periódico giornale gazzetta corriere nouvelles "
    "jornal folha nieuws dagblad avis avisen tidning tidningen gazeta haber haberleri observer chronicle review "
    "standard independent guardian telegraph record register sentinel courier bulletin advertiser examiner inquirer "
    "dispatch monitor leader citizen insider report wire watch voice news live info portal ag corp plc bank "
    "insurance agency company software solutions services consulting academy school institute foundation "
    "association society council forum alliance center centre clinic hospital law legal global international labs "
    "shop store photography travel tips guide experts community union party ministry police gov verlag".split()
)
"""Words of publications' and firms' names: a site that is called like its author has none of them."""
_PRESS_STEM = expression(
    r"(?:gazet|haber|journal|giornal|jorna|notici|nouvel|nachricht|dagblad|tidning|hirlap|dnevn|novin|vesti|tele|radio)|"
    r"\w+(?:zeitung|blatt|bladet|blad|anzeiger|rundschau|avisen|tidning|posten|posta|postasi|news|times|press|media|tv)$"
)
"""The same in inflected and compound words, folded."""
ARTICLE = expression(r"^(?:the|der|die|das|le|la|les|el|il|lo|o|a|de|het)\s+")
NAME_WORDS = range(2, 6)
PERSONAL_WORDS = 3
GLUED_SITE = 8
"""Letters of a site's name that is known where another word is stuck to it ("Lissau HeraldMarch")."""
MOST_PEOPLE = 50
_PLAIN_WORD = expression(r"(?<![\w.@/])\w+(?![\w@/]|[.]\w)")
_NAME_WORD = expression(r"(?!\w+['’]s$)[^\W\d_]+(?:[.'’\-‐][^\W\d_]*)*")


_GLUED = expression(r"(?!Fitz)[A-ZÀ-Þ][a-zß-ÿ]{3}[a-zß-ÿ]*[A-ZÀ-Þ]")
"""Two words that touch ("EngagedWedding"); not "McQuill", "MacQuill", "DeLillo"."""


class House:
    """The names of the site, and what tells a person's name from the words of the page's language.

    `persons` are names that the page's data type as a person's.
    """

    def __init__(
        self,
        view: View | None = None,
        names: Iterable[str | None] = (),
        persons: Iterable[str] = (),
        *,
        is_blog: bool = False,
    ) -> None:
        self._view, self._persons, self._is_blog = view, {fold(name) for name in persons}, is_blog
        folded = (fold(name) for name in names if name)
        self._names = {ARTICLE.sub("", name) for name in folded} - {""}
        self._squeezed = {_squeeze(name) for name in self._names}
        self._hosts = _hosts(view.document.url if view is not None else None)

    @cached_property
    def _prose(self) -> str:
        if self._view is None:
            return ""
        return "\n".join(block.text for block, prose in zip(self._view.blocks, self._view.prose, strict=True) if prose)

    @cached_property
    def _words(self) -> set[str]:
        """The words of the page's prose as it writes them; those of addresses do not count."""
        return set(_PLAIN_WORD.findall(self._prose))

    def is_ordinary(self, word: str) -> bool:
        """Whether the page's prose writes a word in small letters: then it is no name."""
        if word.isalnum():
            return word.lower() in self._words
        return re.search(rf"(?<![\w.@/]){re.escape(word.lower())}(?![\w@/]|[.]\w)", self._prose) is not None

    def is_its_own(self, name: str) -> bool:
        """Whether a name is the site's own ("NDR de", "ndr.de").

        A person's site may be called like the person: then the data must type the name as a person's, or only the
        address have it, and the name be made like one.
        """
        folded = ARTICLE.sub("", fold(name))
        squeezed = _squeeze(folded)
        if squeezed in self._squeezed or any(_holds(folded, site) for site in self._names):
            is_typed = fold(name) in self._persons or self._is_blog
            return not (is_typed and self._is_personal(name))
        return squeezed in self._hosts and not self._is_personal(name)

    def _is_personal(self, name: str) -> bool:
        is_plain = name == name.title() and not ARTICLE.match(fold(name))
        return is_plain and len(name.split()) <= PERSONAL_WORDS and self.is_name(name)

    def is_name(self, text: str, *, strict: bool = True) -> bool:
        """Whether a text is made like a person's name: two to five words in capitals, none (or not all) ordinary words.

        Small words of three letters may stand between them ("van der"); only for scripts that have capitals.
        """
        words = text.split()
        if len(words) not in NAME_WORDS or not (words[0][0].isupper() and words[-1][0].isupper()):
            return False
        if not all(_NAME_WORD.fullmatch(word) and (word[0].isupper() or len(word) <= 3) for word in words):
            return False
        if any(_GLUED.search(word) for word in words):
            return False
        lower = {word.lower() for word in words}
        if not lower.isdisjoint(ROLES) or (strict and any(word in PRESS or _is_press(word) for word in lower)):
            return False
        ordinary = (len(word) > 2 and self.is_ordinary(word) for word in lower)
        return not any(ordinary) if strict else sum(ordinary) * 2 <= len(lower)


def _is_press(word: str) -> bool:
    return _PRESS_STEM.match(fold(word)) is not None


def people(names: Iterable[str], house: House | None = None) -> tuple[str, ...]:
    """The persons among author names: no agency, no site, no address, no desk, each once."""
    house = house or House()
    found: dict[str, str] = {}
    for raw in names:
        parts = split(raw)
        if "," in raw and parts and house.is_its_own(parts[0]):
            continue  # "example.org, Frankfurt, Germany": an imprint
        for place, name in enumerate(parts):
            if is_person(name, house) and (place == 0 or not _is_other(name)):
                found.setdefault(fold(name), name)
    # "Jane Doe, MS, RD": degrees are no people beside somebody with a whole name.
    # Scripts without capitals write no spaces between first and last name, or need not.
    whole = [name for name in found.values() if " " in name or name.lower() == name.upper()]
    return tuple(whole or found.values())[:MOST_PEOPLE]


def _is_other(name: str) -> bool:
    """Whether what follows a name in a list is the bearer's: a role, a town, the medium."""
    words = set(fold(name).replace("-", " ").split())
    is_town = name.upper() in towns() or name in rules().bureaux
    return is_town or ARTICLE.match(fold(name)) is not None or not words.isdisjoint(ROLES | PRESS)


def is_person(name: str, house: House) -> bool:
    """Whether one name of an author field can be a person's."""
    words = name.split()
    if not 2 <= len(name) <= 60 or len(words) > 6 or any(char in name for char in "@/<>{}[]_=:"):
        return False
    if any(char.isdigit() for char in name) or name.startswith(("http", "www.")) or "." in words[-1].strip(".")[1:-1]:
        return False
    if len(words) == 1 and name.isascii() and name.islower():
        return False
    if agencies.is_agency(name) or not NO_PERSON.isdisjoint(fold(name).split()):
        return False
    if is_east_asian(name) and _NO_PERSON_UNSPACED.search(name):
        return False
    return not house.is_its_own(name)


def _holds(name: str, site: str) -> bool:
    """Whether one of two folded names holds the other, word for word."""
    is_glued = len(site) >= GLUED_SITE and name.startswith(site)
    return is_glued or f" {name} " in f" {site} " or f" {site} " in f" {name} "


def _squeeze(name: str) -> str:
    return re.sub(r"\W", "", name)


def _hosts(url: str | None) -> set[str]:
    """A site's name as its address spells it: "exampleorg" and "example" of www.example.org."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return set()
    return {_squeeze(host), _squeeze(host.split(".")[0])} if "." in host else set()
