"""Drift: whether what a source gives has changed, as after a site's new theme or behind a new wall.

`alarms` says so of one source, `all_alarms` of all, by what the index holds: they depend on that and the time alone.
`news` are the alarms that begin and end between two times.
`shift` and `volume` are the statistics.
"""

from scraper.drift.watch import Alarm, alarms, all_alarms, news

__all__ = ["Alarm", "alarms", "all_alarms", "news"]
