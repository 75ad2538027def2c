"""Drift: whether what a source gives has changed, as after a site's new theme or behind a new wall.

`alarms` says so of one source, `all_alarms` of all, by what the index holds: they depend on that and the time alone.
A Watch remembers what it found, for whoever asks all the time; `news` are the alarms that begin and end between two
times.
`shift` and `volume` are the statistics.
"""

from scraper.drift.watch import Alarm, Watch, alarms, all_alarms, news

__all__ = ["Alarm", "Watch", "alarms", "all_alarms", "news"]
