"""Which names are people's: the site, roles, imprints and what opens a byline are told from them."""

from __future__ import annotations

import pytest
from claimed import linked, meta, read

from scraper.clean.people import House, people


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Written by Ada Quill", ("Ada Quill",)),
        ("ByAda Quill", ("Ada Quill",)),
        ("Author: Ada Quill", ("Ada Quill",)),
        ("Autorin: Jana Beispiel", ("Jana Beispiel",)),
        ("More about Ada Quill", ("Ada Quill",)),
        ("Ada Quill, Senior Director, Marketing", ("Ada Quill",)),
        ("design: Ada Quill", ()),
        ("example.org, Lissau, Germany", ()),
        ("Byron Quill", ("Byron Quill",)),
    ],
)
def test_people_of_a_field(field: str, names: tuple[str, ...]) -> None:
    assert people([field], House(names=["example.org"])) == names


@pytest.mark.parametrize(
    ("name", "site", "is_own"),
    [
        ("The Lissau Appeal", "Greater Lissau Appeal", True),
        ("NDR de", "ndr.de", True),
        ("Lissau HeraldMarch", "Lissau Herald", True),
        ("Ellen Quill", "Elle", False),
        ("Michelle Quill", "Elle", False),
    ],
)
def test_a_site_s_own_name(name: str, site: str, is_own: bool) -> None:
    assert House(names=[site]).is_its_own(name) is is_own


def test_a_person_s_site_is_called_like_the_person() -> None:
    site = meta("og:site_name", "Ada Quill")
    assert read(site + linked(author={"@type": "Person", "name": "Ada Quill"})).authors == ("Ada Quill",)
    assert read(site + meta("author", "Ada Quill")).authors == ("Ada Quill",)
    assert read(site + linked(author="Ada Quill")).authors == ()
    photos = meta("og:site_name", "Ada Quill Photography")
    assert read(photos + meta("author", "Ada Quill")).authors == ("Ada Quill",)
    assert read(photos + meta("author", "Ada Quill Photography")).authors == ()
    assert read(meta("author", "Ada Quill"), url="https://adaquill.example/a").authors == ("Ada Quill",)


@pytest.mark.parametrize(
    "name",
    [
        "River Bridge",
        "Lissau Herald",
        "The Quill",
        "Quill Solutions",
        "Lissau",
        "Kıyı Gazetesi",
        "Lissau Allgemeinblatt",
    ],
)
def test_a_house_typed_as_a_person_is_none(name: str) -> None:
    page = meta("og:site_name", name) + linked(author={"@type": "Person", "name": name})
    assert read(page).authors == ()
    assert read(meta("og:site_name", name) + meta("author", name)).authors == ()


def test_an_organisation_is_no_author() -> None:
    assert read(linked(author={"@type": "NewsMediaOrganization", "name": "Ada Quill"})).authors == ()
