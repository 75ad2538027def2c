"""Which texts tell one story."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_up import articles

from scraper.memory.stories import stories_of

ENGLISH = ["\n".join(paragraphs) for _, paragraphs in articles("english")]
GERMAN = ["\n".join(paragraphs) for _, paragraphs in articles("german")]
JAPANESE = "".join(
    (
        "港の古い灯台は今週、十一年ぶりに再び灯りをともした。町の人々は岸に集まり、船長の話を静かに聞いていたという。",
        "修理の費用は漁師たちが少しずつ出し合い、足りない分は隣の村の酒屋が払うことになった。",
        "来年の春には小さな博物館も開く予定で、子どもたちが描いた船の絵が壁いっぱいに飾られる。",
    )
)


def test_different_articles_are_different_stories() -> None:
    assert stories_of([*ENGLISH, *GERMAN]) == list(range(18))


def test_an_edited_copy_and_one_with_another_frame_are_the_same_story() -> None:
    edited = ENGLISH[0].replace("eleven weeks", "twelve weeks").replace("Petteril", "Pettering")
    shorter = ENGLISH[0].rsplit("\n", 1)[0]
    framed = f"Follow the harbour.\n{ENGLISH[0].upper()}\nMore soon."
    assert stories_of([ENGLISH[0], ENGLISH[1], edited, shorter, framed]) == [0, 1, 0, 0, 0]


def test_scripts_without_spaces_are_compared_too() -> None:
    assert stories_of([JAPANESE, JAPANESE.replace("十一年", "十二年"), GERMAN[0]]) == [0, 0, 2]


def test_short_texts_are_one_story_only_if_they_are_equal() -> None:
    assert stories_of(["Yes.", "No.", "yes", "", ""]) == [0, 1, 0, 3, 4]


@given(
    st.lists(st.sampled_from([*ENGLISH[:3], *(text[40:] for text in ENGLISH[:3]), "", "Yes"]), max_size=8), st.randoms()
)
def test_whatever_the_order_the_same_texts_are_together(texts: list[str], dice: object) -> None:
    order = list(range(len(texts)))
    dice.shuffle(order)  # type: ignore[attr-defined]  # random.Random, which hypothesis hands out
    shuffled = stories_of([texts[at] for at in order])
    plain = stories_of(texts)
    pairs = {
        (plain[a] == plain[b]) == (shuffled[order.index(a)] == shuffled[order.index(b)]) for a in order for b in order
    }
    assert pairs <= {True}
