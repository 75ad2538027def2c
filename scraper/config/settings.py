"""The configuration as frozen structs: every key, its type, its bounds, its default, and what it means."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from scraper.config.schedule import Every, Schedule, cron
from scraper.sources.choice import LONGEST

NAME = "[a-z0-9][a-z0-9_-]{0,63}"
"""What a source may be called."""

UNITS = ("seconds", "interval", "intervals", "bytes", "path")
"""What `Meta.extra["unit"]` may be: how a value may be written in the file (see convert.py)."""


class ArchiveConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Where and how the archive is written."""

    directory: Annotated[
        str, Meta(min_length=1, extra={"unit": "path"}, description="The archive's root, relative to this file.")
    ] = "archive"
    warc_max_size: Annotated[
        int,
        Meta(
            ge=1_000_000,
            le=100_000_000_000,
            extra={"unit": "bytes"},
            description="A WARC file is closed when it has grown to this size; ISO 28500 advises 1 GB.",
        ),
    ] = 1_000_000_000
    warc_max_age: Annotated[
        float,
        Meta(
            ge=60, le=366 * 86400, extra={"unit": "seconds"}, description="A WARC file is closed when it is this old."
        ),
    ] = 86_400.0
    framing: Annotated[
        Literal["plain", "wire"],
        Meta(
            description="`plain`: responses without their chunks, as readers of WARC expect them; `wire`: as they came."
        ),
    ] = "plain"
    min_free: Annotated[
        int,
        Meta(
            ge=0,
            le=2**50,
            extra={"unit": "bytes"},
            description="Nothing new is taken in while less of the disk is free; the daemon waits, a command ends.",
        ),
    ] = 200_000_000


class NetworkConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks, how patiently, and within which bounds. robots.txt is obeyed, but where an override says why not."""

    product: Annotated[
        str, Meta(pattern=r"^[A-Za-z][A-Za-z_-]{0,39}$", description="The robot's name, also looked for in robots.txt.")
    ] = "scrape"
    contact: Annotated[
        str | None,
        Meta(description="A page or mail address for site owners; part of the User-Agent. Sources on the web need it."),
    ] = None
    allow_addresses: Annotated[
        tuple[str, ...], Meta(description="Private networks or addresses that may be asked, such as 192.168.1.0/24.")
    ] = ()
    allow_ports: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=65535)], ...],
        Meta(max_length=100, description="Ports that may be asked besides 80 and 443, such as 8080."),
    ] = ()
    ca_file: Annotated[
        str | None, Meta(extra={"unit": "path"}, description="Certificates (PEM) to trust besides the usual ones.")
    ] = None
    unverified_hosts: Annotated[
        dict[str, str],
        Meta(
            max_length=100,
            description="Hosts whose certificate is not checked, each with the reason, which the WARC records.",
        ),
    ] = {}
    connect_timeout: Annotated[
        float, Meta(gt=0, le=600, extra={"unit": "seconds"}, description="Longest wait for a connection.")
    ] = 10.0
    timeout: Annotated[
        float, Meta(gt=0, le=600, extra={"unit": "seconds"}, description="Longest silence of a server.")
    ] = 20.0
    deadline: Annotated[
        float,
        Meta(gt=0, le=3600, extra={"unit": "seconds"}, description="Longest time for one page, redirects included."),
    ] = 60.0
    max_bytes: Annotated[
        int, Meta(ge=1024, le=2**30, extra={"unit": "bytes"}, description="Largest response, as sent.")
    ] = 16 * 2**20
    max_decoded_bytes: Annotated[
        int, Meta(ge=1024, le=2**31, extra={"unit": "bytes"}, description="Largest page once it is unpacked.")
    ] = 64 * 2**20
    max_redirects: Annotated[int, Meta(ge=0, le=50, description="Redirects followed for one page.")] = 10
    retries: Annotated[
        int,
        Meta(
            ge=0,
            le=5,
            description="How often a page is asked for again, after a reset, a silence or a 502, 503 or 504.",
        ),
    ] = 2
    delay: Annotated[
        float, Meta(ge=0, le=3600, extra={"unit": "seconds"}, description="Least pause between two requests to a host.")
    ] = 2.0
    http2: Annotated[
        bool, Meta(description="Speak HTTP/2 where a server does; needs `scrape[http2]`. Kept as HTTP/1.1 messages.")
    ] = False
    zstd: Annotated[
        bool, Meta(description="Ask for zstd too; warcio and pywb cannot undo it when they read the archive.")
    ] = False
    robots_overrides: Annotated[
        dict[str, str],
        Meta(
            max_length=100,
            description="Hosts whose robots.txt does not bind, each with the reason, which the WARC records.",
        ),
    ] = {}
    tdmrep: Annotated[
        bool, Meta(description="Ask each site once a day for /.well-known/tdmrep.json, and keep what it reserves.")
    ] = True
    at_once: Annotated[
        int, Meta(ge=1, le=100, description="Pages of a run under way together, each of another host.")
    ] = 8
    max_pages_per_run: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Pages asked of one host in one run of a source.")
    ] = None
    max_pages_per_day: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Pages asked of one host in a day (UTC), by all sources.")
    ] = None
    max_bytes_per_day: Annotated[
        Annotated[int, Meta(ge=1024)] | None,
        Meta(extra={"unit": "bytes"}, description="Bytes taken from one host in a day (UTC), by all sources."),
    ] = None


class CleaningConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """How pages become articles."""

    workers: Annotated[int, Meta(ge=0, le=256, description="Cleaning processes; 0 is one for each processor.")] = 0
    deadline: Annotated[
        float, Meta(gt=0, le=3600, extra={"unit": "seconds"}, description="A page that takes longer is given up.")
    ] = 30.0
    max_bytes: Annotated[
        int, Meta(ge=1024, le=2**30, extra={"unit": "bytes"}, description="Largest text or HTML file of a folder.")
    ] = 20_000_000
    with_title: Annotated[bool, Meta(description="Leave the headline in the text.")] = False
    strip_inline: Annotated[bool, Meta(description="Take datelines and credits out of their sentences.")] = False
    captions: Annotated[bool, Meta(description="Keep captions.")] = False
    memory: Annotated[bool, Meta(description="Take for chrome what repeats over the archived articles of a host.")] = (
        True
    )
    memory_from: Annotated[
        int, Meta(ge=4, le=10_000, description="From how many articles of a host on that is done.")
    ] = 6
    rules: Annotated[
        str | None, Meta(extra={"unit": "path"}, description="Site rules (TOML), relative to this file.")
    ] = None


class ScheduleConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for every source's timer."""

    timezone: Annotated[str, Meta(description="IANA time zone of `cron` lines that name none.")] = "UTC"
    jitter: Annotated[
        float, Meta(ge=0, le=3600, extra={"unit": "seconds"}, description="Each run starts up to this much later.")
    ] = 30.0
    misfire_grace: Annotated[
        float,
        Meta(
            gt=0,
            le=366 * 86400,
            extra={"unit": "seconds"},
            description="How late a run may still start; what is missed by less is caught up once.",
        ),
    ] = 31 * 86400.0
    drain: Annotated[
        float,
        Meta(
            gt=0,
            le=600,
            extra={"unit": "seconds"},
            description="How long runs under way may take after SIGTERM. Docker kills after 10s unless told otherwise.",
        ),
    ] = 8.0
    max_runs: Annotated[int, Meta(ge=1, le=10_000, description="Sources that run at a time; others wait.")] = 50


class LogConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """What the daemon says on stderr."""

    format: Annotated[
        Literal["auto", "text", "json"],
        Meta(description="`text` for people, `json` one object a line; `auto`: text on a terminal, JSON elsewhere."),
    ] = "auto"


class MetricsConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """A port for machines that watch the daemon: Prometheus metrics, /healthz, /readyz."""

    bind: Annotated[
        str | None, Meta(description="Address and port to listen at, such as 127.0.0.1:9464; none: no port.")
    ] = None
    allow_remote: Annotated[
        bool, Meta(description="Listen at other addresses than loopback too: whoever reaches it reads the counts.")
    ] = False


class WebConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The read-only web pages; they need `scrape[web]`."""

    bind: Annotated[
        str | None,
        Meta(description="Address and port at which the daemon serves the pages, such as 127.0.0.1:8080; none: not."),
    ] = None
    allow_remote: Annotated[
        bool,
        Meta(description="Bind to other addresses than loopback too: whoever reaches it reads the whole archive."),
    ] = False
    hosts: Annotated[
        tuple[str, ...],
        Meta(max_length=50, description="Names under which browsers reach the pages, besides localhost and addresses."),
    ] = ()


class RevisionsConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Looking again at articles, whether they changed, moved or vanished."""

    after: Annotated[
        tuple[Annotated[float, Meta(ge=60, le=366 * 86400)], ...],
        Meta(
            max_length=20,
            extra={"unit": "intervals"},
            description="Ages at which an article is looked at again; none: never.",
        ),
    ] = (3600.0, 21_600.0, 86_400.0, 604_800.0)


SourceType = Literal["folder", "warc", "feed", "sitemap", "listing", "pages"]
ON_THE_WEB = ("feed", "sitemap", "listing", "pages")
"""The types of source that ask other people's servers."""

_Patterns = tuple[Annotated[str, Meta(max_length=LONGEST)], ...]


class SourceConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place where articles are found, and when to look."""

    name: Annotated[str, Meta(pattern=f"^{NAME}$", description="Its name in records and on the command line.")]
    type: Annotated[SourceType, Meta(description="How it says where its articles are.")]
    enabled: Annotated[bool, Meta(description="Whether runs and the daemon take it.")] = True
    url: Annotated[str | None, Meta(description="Address of the feed, sitemap or listing page.")] = None
    directory: Annotated[
        str | None, Meta(extra={"unit": "path"}, description="Folder of files or WARCs, relative to this file.")
    ] = None
    urls: Annotated[tuple[str, ...], Meta(max_length=10_000, description="Addresses of the pages of a list.")] = ()
    file: Annotated[
        str | None,
        Meta(
            extra={"unit": "path"}, description="File with a page's address a line (`#`: a comment), relative to this."
        ),
    ] = None
    patterns: Annotated[
        tuple[str, ...], Meta(max_length=50, description="Globs of the files to read; none: the type's own.")
    ] = ()
    include: Annotated[
        _Patterns, Meta(max_length=100, description="Patterns of the links to take, such as `/news/*`; none: all.")
    ] = ()
    exclude: Annotated[
        _Patterns, Meta(max_length=100, description="Patterns of the links to leave out, such as `*/video/*`.")
    ] = ()
    selector: Annotated[str | None, Meta(description="CSS selector of the article links of a listing.")] = None
    every: Annotated[
        Annotated[float, Meta(ge=60, le=366 * 86400)] | None,
        Meta(extra={"unit": "interval"}, description="Run at this interval, such as 15m."),
    ] = None
    cron: Annotated[
        str | None, Meta(description="Run at these times: minute hour day month weekday, as in crontab(5).")
    ] = None
    timezone: Annotated[str | None, Meta(description="IANA time zone of `cron`.")] = None
    limit: Annotated[int, Meta(ge=1, le=100_000, description="New articles taken in one run.")] = 1000
    revisions: Annotated[
        Annotated[tuple[Annotated[float, Meta(ge=60, le=366 * 86400)], ...], Meta(max_length=20)] | None,
        Meta(
            extra={"unit": "intervals"},
            description="Its own ages at which articles are looked at again, instead of `revisions.after`; []: never.",
        ),
    ] = None

    def schedule(self, timezone: str) -> Schedule | None:
        """When it runs, None if only by hand; `timezone` is for a `cron` that names none. ValueError for a bad one."""
        if self.every is not None:
            return Every(self.every)
        return cron(self.cron, self.timezone or timezone) if self.cron is not None else None

    @property
    def at(self) -> str:
        """Its address, directory or file, whichever it has."""
        return self.url or self.directory or self.file or ""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration."""

    archive: ArchiveConfig = ArchiveConfig()
    network: NetworkConfig = NetworkConfig()
    cleaning: CleaningConfig = CleaningConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    web: WebConfig = WebConfig()
    revisions: RevisionsConfig = RevisionsConfig()
    log: LogConfig = LogConfig()
    metrics: MetricsConfig = MetricsConfig()
    sources: tuple[SourceConfig, ...] = ()
