"""Versions of an article: when to look again, whether a page changed or only its widgets did, and what changed. Pure.

`due` says when, `compare` whether, `diff` what; `align`, `sentences` and `wording` are their tools.
"""
