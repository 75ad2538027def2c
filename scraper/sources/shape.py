"""What the address of an article looks like, as against that of a front page, a list, an account or a picture."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

_SECTION = re.compile(
    r"tags?|topics?|them(?:a|en)|temas?|categor(?:y|ies|ias?|ie)|kategorien?|sections?|authors?|autor(?:en|es|e)?|auteurs?|"
    r"yazar(?:lar)?|profiles?|users?|members?|log-?in|log-?out|sign-?(?:in|up)|register|registration|(?:my-)?account|"
    r"anmelden|registrieren|connexion|inscription|abo|abonnement|subscri(?:be|ptions?)|newsletters?|search|suche|buscar|"
    r"recherche|arama|archives?|pages?|seite|feeds?|rss|cart|basket|checkout|shop|contacto?|kontakt|about|impressum|"
    r"imprint|privacy|datenschutz|terms|agb|cookies|advertise|help|faq|sitemap|jobs|careers|events|gallery|static|"
    r"assets|share|print|wp-(?:admin|login|content|json)|cdn-cgi|cgi-bin"
)
"""Path segments under which sites keep their lists, accounts and service pages."""

_SERVICE_SLUG = re.compile(
    r"(?:about|contact|privacy|terms|cookies?|imprint|subscribe|newsletters?|sign|log|how-to-use)[-_]"
)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|pdf|zip|gz|mp[34]|m4a|webm|avi|docx?|xlsx?|apk|exe)$"
)
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cms|amp|ece|story)$")
_DATE = re.compile(
    r"/(?:19|20)\d{2}[/-](?:0?[1-9]|1[0-2]|[a-z]{3})(?:[/-]\d{1,2})?(?:[/-]|$)|/(?:19|20)\d{6}(?:[/_-]|$)"
)
_ID = re.compile(r"(?:^|[^0-9a-z])[a-z]{0,3}\d{5,}(?:$|[^0-9a-z])|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ID_PARAMETERS = frozenset(
    ("id", "p", "aid", "nid", "article", "articleid", "article_id", "newsid", "news_id", "story")
)


def is_article(path: str, query: str = "") -> bool:
    """Whether a path with its query looks like an article's.

    It does with a date in its path; and with a slug of three words or more, a long number, a UUID, or a query like
    `id=123`, unless a part of its path names a list, an account or a service page. (A date outweighs such a part:
    /politics/archive/2023/10/slug/.)
    """
    lower = unquote(path).lower()
    if _NO_PAGE.search(lower):
        return False
    dated = _DATE.search(lower)
    if dated and dated.end() < len(lower.rstrip("/")):  # /2023/10/04/ alone is the list of a day
        return True
    segments = [_EXTENSION.sub("", part) for part in lower.split("/") if part]
    if any(_SECTION.fullmatch(part) for part in segments):
        return False
    return _is_slug(segments[-1] if segments else "") or bool(_identifiers(query))


def marks(path: str, query: str = "") -> frozenset[str]:
    """What an article's address cannot share with another's by chance: its slug, its long number, its `id=`.

    Empty where nothing in it is that particular.
    """
    last = next((part for part in reversed(unquote(path).lower().split("/")) if part), "")
    slug = _EXTENSION.sub("", last)
    found = {f"{name}={value}" for name, value in _identifiers(query)}
    if len(_WORD.findall(slug.replace("_", "-"))) >= 3 and not _SERVICE_SLUG.match(slug):
        found.add(slug)
    return frozenset(found | {match[0].strip("-_./") for match in _ID.finditer(slug)})


def _is_slug(name: str) -> bool:
    if _SERVICE_SLUG.match(name):
        return False
    return len(_WORD.findall(name.replace("_", "-"))) >= 3 or _ID.search(name) is not None


def _identifiers(query: str) -> list[tuple[str, str]]:
    pairs = parse_qsl(query)[:20]
    return [(name.lower(), value) for name, value in pairs if name.lower() in _ID_PARAMETERS and value.isdecimal()]
