"""The language of texts, and where it changes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import language as module
from scraper.clean.language import language, segments

SENTENCES = {
    "en": "The government said on Tuesday that it would not change the law before the end of the year.",
    "de": "Die Regierung teilte am Dienstag mit, dass sie das Gesetz nicht vor dem Ende des Jahres ändern wird.",
    "fr": "Le gouvernement a annoncé mardi qu'il ne changerait pas la loi avant la fin de l'année, selon lui.",
    "es": "El gobierno dijo el martes que no cambiará la ley antes de que termine el año, según los ministros.",
    "pt": "O governo anunciou nesta terça que não vai mudar a lei, que já não preocupa tanto quanto no ano passado.",
    "it": "Il governo ha detto martedì che non cambierà la legge prima della fine dell'anno, come era stato chiesto.",
    "nl": "De regering zei dinsdag dat ze de wet niet voor het einde van het jaar zal veranderen, maar wel daarna.",
    "sv": "Regeringen sade på tisdagen att den inte kommer att ändra lagen före årets slut, men att det är möjligt.",
    "tr": "Hükümet salı günü yaptığı açıklamada yasanın yıl sonundan önce değişmeyeceğini ve bunun iyi olduğunu dedi.",
    "az": "Hökumət bu il üçün yeni tədbirlər paketini elan etdi və bu artıq keçən ilki qədər narahatlıq doğurmur.",
    "pl": "Rząd ogłosił we wtorek nowy pakiet, który nie jest już tak ważny jak w zeszłym roku, ale może się przydać.",
    "cs": "Vláda v úterý oznámila nový balíček opatření, který už není tak důležitý jako v loňském roce, řekl ministr.",
    "sk": "Vláda v utorok oznámila nový balík opatrení, ktorý už nie je taký dôležitý ako v minulom roku, dodal.",
    "hu": "A kormány kedden bejelentette az új csomagot, amely már nem olyan fontos, mint tavaly volt, de még kell.",
    "fi": "Hallitus ilmoitti tiistaina, että se ei muuta lakia ennen vuoden loppua, mutta asia on vielä auki.",
    "ru": "Правительство сообщило во вторник, что оно не будет менять закон до конца года, но это может быть позже.",
    "uk": "Уряд повідомив у вівторок, що він не буде змінювати закон до кінця року, але це може бути пізніше.",
    "bg": "Правителството обяви във вторник, че няма да променя закона преди края на годината, но това може да стане.",
    "ar": "قالت الحكومة يوم الثلاثاء إنها لن تغير القانون قبل نهاية العام، وإن ذلك كان من بين ما تم الاتفاق عليه.",
    "fa": "دولت روز سه شنبه گفت که قانون را تا پایان سال تغییر نخواهد داد و این خبر برای مردم خوب است.",
    "hi": "सरकार ने मंगलवार को कहा कि वह साल के अंत से पहले कानून में बदलाव नहीं करेगी और यह अच्छा है।",
    "el": "Η κυβέρνηση είπε την Τρίτη ότι δεν θα αλλάξει τον νόμο πριν από το τέλος του έτους.",
    "he": "הממשלה הודיעה ביום שלישי כי היא לא תשנה את החוק לפני סוף השנה, אך זה אפשרי אחרי כן.",
    "th": "รัฐบาลกล่าวเมื่อวันอังคารว่าจะไม่เปลี่ยนกฎหมายก่อนสิ้นปีนี้ และจะหารือกันต่อไปในปีหน้า",
    "ja": "政府は火曜日、年末までに法律を変えることはないと述べた。ただし来年には可能性があるという。",
    "ko": "정부는 화요일에 연말 이전에는 법을 바꾸지 않을 것이라고 밝혔다. 그러나 내년에는 바뀔 수도 있다고 덧붙였다.",
    "zh": "政府星期二表示，在年底之前不会修改这项法律，但是明年是有可能的，他说这是各方的共识。",
}


@pytest.mark.parametrize(("tag", "text"), SENTENCES.items())
def test_the_language_of_a_sentence(tag: str, text: str) -> None:
    assert language(text) == tag


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Munich",
        "9.7 C",
        "1 2 3 4 5 6 7 8 9 " * 20,
        "Ann Poe, Bo Li, Oslo, Rome, Kyoto, Lima, Quito, Accra, Dakar, Tunis, Riga, Oslo",
    ],
)
def test_what_has_no_language(text: str) -> None:
    assert language(text) is None


def _article(tag: str, blocks: int) -> list[str]:
    return [SENTENCES[tag] + " " + SENTENCES[tag]] * blocks


def test_an_article_and_its_translation_are_two_segments() -> None:
    blocks = [*_article("tr", 5), "Karabağ", *_article("en", 5)]
    runs = segments(blocks)
    assert [tag for *_, tag in runs] == ["tr", "en"]
    assert runs[1][0] in (5, 6)
    assert runs[1][1] == 10


@pytest.mark.parametrize("stray", ["Latest news", "Ann Poe", SENTENCES["fr"], "", "« Le gouvernement a dit non »"])
def test_a_short_block_in_another_language_opens_no_segment(stray: str) -> None:
    blocks = [*_article("en", 4), stray, *_article("en", 4), stray]
    assert segments(blocks) == [(0, 9, "en")]


def test_headings_in_han_do_not_part_a_japanese_article() -> None:
    assert segments([*_article("ja", 2), "震度5弱", "宮崎市 宮崎都農町 高鍋町 新富町 " * 8, *_article("ja", 1)]) == [
        (0, 4, "ja")
    ]


def test_nothing_to_tell_gives_no_segment() -> None:
    assert segments([]) == []
    assert segments(["", "9.7 C", "Munich"]) == []


TEXTS = st.one_of(st.text(max_size=400), st.sampled_from(sorted(SENTENCES.values())))


@given(TEXTS)
def test_any_text_has_one_answer(text: str) -> None:
    tag = language(text)
    assert tag == language(text)
    assert tag is None or (tag.isalpha() and tag.islower() and 2 <= len(tag) <= 3)


@given(st.lists(TEXTS, max_size=12))
def test_segments_cover_all_blocks_and_neighbours_differ(texts: list[str]) -> None:
    runs = segments(texts)
    assert runs == segments(texts)
    if runs:
        assert runs[0][0] == 0
        assert runs[-1][1] == len(texts) - 1
        assert all(after[0] == before[1] + 1 and after[2] != before[2] for before, after in pairwise(runs))


MIXES = st.lists(
    st.one_of(TEXTS, st.sampled_from(["Zoë Müller, Łódź", "π = 3", "don't see", "4 × 5 €", "東京"])), max_size=9
)


@given(MIXES)
def test_the_short_way_to_one_language_agrees_with_the_long_one(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_is_alone", lambda *_: False)
        patch.setattr(module, "_stays", lambda *_: False)
        long = segments(texts)
    assert segments(texts) == long
