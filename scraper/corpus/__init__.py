"""Cleaning WARC files of any number into shards, on one machine or several: `scrape reclean WARC... --output DIR`.

`choice` says which pages, `page` cleans one of them in a process of its own, `task` makes the shard of one WARC file,
`shard` is the form of a shard, `state` what is remembered of a finished one, `runs` works off them all.

    DIR/README.md                      tells Hugging Face datasets where the shards are
    DIR/manifest.json                  counts and digests of every shard
    DIR/data/NAME-HASH.jsonl.gz        the records of one WARC file, in its order; HASH is of the file's full path
    DIR/state/NAME-HASH.json           its input's state and digest, its counts, and what failed in it
"""

from scraper.corpus.choice import Choice
from scraper.corpus.runs import Corpus, Totals, run
from scraper.corpus.shard import FORMATS
from scraper.corpus.task import SUFFIXES, Settings

__all__ = ["FORMATS", "SUFFIXES", "Choice", "Corpus", "Settings", "Totals", "run"]
