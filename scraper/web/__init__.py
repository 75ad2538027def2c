"""Read-only web pages over an archive: its sources, its articles, and what was removed from each and why.

`application(site)` is the ASGI application, `server` serves it. No page writes, takes the archive's lock, or runs what
a site sent: there is no script in any of them.
"""

from __future__ import annotations

from importlib.util import find_spec

from scraper.errors import ConfigError

EXTRA = ("starlette", "jinja2", "uvicorn")


def check_installed() -> None:
    """A ConfigError that names the extra, where what serves the pages is not installed."""
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        message = f"the web pages need {' and '.join(missing)}: install them with pip install 'scrape[web]'"
        raise ConfigError(message, reason="missing-extra")
