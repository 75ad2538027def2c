"""Generators of dirty texts and pages: prose and chrome, odd characters, odd line ends, odd trees."""

from __future__ import annotations

import html

from hypothesis import strategies as st

PROSE = (
    "The council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "“Nobody here wanted a second lighthouse,” said Ottilie Brandvold, who has kept the first one since 1998.",
    "Der Bürgermeister eröffnete am Montag die neue Brücke und grüßte die Gäste, die im Regen gewartet hatten.",
    "Le maire a inauguré hier la nouvelle école, près de la forêt, devant deux cents habitants venus à pied.",
    "Belediye başkanı dün köprünün açılışını yaptı ve yağmurda bekleyen misafirlere teşekkür etti.",
    "Мэр города открыл в понедельник новый мост через реку и поприветствовал гостей, ждавших под дождём.",
    "افتتح رئيس البلدية الجسر الجديد فوق النهر ورحب بالضيوف الذين انتظروا تحت المطر ساعات طويلة أمس.",
    "市長は昨日、川にかかる新しい橋を開通させ、雨の中で待っていた来賓を歓迎しました。来週は雨の予報です。",
    "BAKU (Reuters) – The ferry sailed at noon with eleven passengers and a piano, its owner said on Monday.",
    "The ministry did not answer. (Reporting by Ada Quill in Lissau; Editing by Bo Lind)",
)
CHROME = """\
9.7 C
-2 °C
Munich
Wednesday, October 4, 2023
mercredi, avril 17, 2024
4. Oktober 2023 14:05
18:40
- Advertisement -spot_img
Advertisement
LEAVE A REPLY
Please enter your comment!
Related news
Must read
Source link
SOURCE:
REUTERS
Source : UPI
Share
Facebook
Home | News | Sport | Contact
TCT
TCThttps://thecaspiantimes.example
© Reuters. The president speaks at a parade of the guard in the capital.
© 2024 Example Media. All rights reserved.
By Ada Quill
Read more
Subscribe to our newsletter
Tags: bridge, river
Bridge opens after a long wait
Bridge opens after a long wait By Reuters
WHO PAYS FOR IT
1. First, the rope
- item
""".splitlines()
ODD = (
    "\u2028",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\xa0",
    "\u200f",
    "\ufeff",
    "\u00ad",
    "\u200b",
    "\0",
    "\x1b",
    "\u0301",
    "😀",
    "𝔅",
    "\ud7ff",
)
LINE_ENDS = ("\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n \t\n")

odd_text = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(ODD)), max_size=80)
spliced = st.tuples(st.sampled_from((*PROSE, *CHROME)), st.sampled_from(ODD), st.integers(0, 100)).map(
    lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]
)
line = st.one_of(st.sampled_from(PROSE), st.sampled_from(CHROME), st.sampled_from(CHROME), spliced, odd_text)
texts = st.lists(st.tuples(line, st.sampled_from(LINE_ENDS)), max_size=24).map(
    lambda pairs: "".join(a + b for a, b in pairs)
)

TAGS = (
    "p|p|p|div|div|section|article|main|aside|nav|header|footer|figure|figcaption|h1|h2|ul|li|blockquote|pre|table|tr|td|"
    "span|a href='/x'|time datetime='2024-03-01'|br|b|form|button|noscript|template|script|svg"
).split("|")
CLASSES = (
    "|||entry-content|sidebar|newsletter|related-posts|share-buttons|comment-list|byline|widget|wp-caption-text|author-box|"
    "cookie-banner|paywall|site-footer|td-weather-information|breadcrumb"
).split("|")
leaf = line.map(lambda text: html.escape(text, quote=False))
trees = st.recursive(
    leaf,
    lambda inner: st.tuples(
        st.sampled_from(TAGS), st.sampled_from(CLASSES), st.booleans(), st.lists(inner, max_size=5)
    ).map(
        lambda parts: (
            f'<{parts[0]} class="{parts[1]}"{" hidden" if parts[2] and not parts[1] else ""}>'
            f"{' '.join(parts[3])}</{parts[0].split(' ')[0]}>"
        )
    ),
    max_leaves=20,
)
heads = st.lists(
    st.sampled_from(
        (
            "<title>Bridge opens after a long wait - The Example</title>",
            '<meta property="og:title" content="Bridge opens after a long wait By Reuters">',
            '<meta property="article:published_time" content="2024-03-01T10:00:00+01:00">',
            '<meta name="author" content="Ada Quill">',
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2031-01-01"}</script>',
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>',
            '<link rel="canonical" href="/bridge">',
        )
    ),
    max_size=4,
)
pages = st.tuples(heads, st.lists(trees, max_size=5)).map(
    lambda parts: f"<html lang='en'><head>{''.join(parts[0])}</head><body>{''.join(parts[1])}</body></html>"
)
