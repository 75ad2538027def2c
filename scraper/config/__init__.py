"""The configuration: YAML, environment and flags -> frozen structs, checked, each value with its origin."""

from scraper.config.load import Loaded, Row, defaults, load, rows
from scraper.config.schedule import Cron, Every, Schedule
from scraper.config.schema import record_schema, schema
from scraper.config.settings import (
    ON_THE_WEB,
    ArchiveConfig,
    CleaningConfig,
    Config,
    LogConfig,
    MetricsConfig,
    NetworkConfig,
    RevisionsConfig,
    ScheduleConfig,
    SourceConfig,
    WebConfig,
)

__all__ = [
    "ON_THE_WEB",
    "ArchiveConfig",
    "CleaningConfig",
    "Config",
    "Cron",
    "Every",
    "Loaded",
    "LogConfig",
    "MetricsConfig",
    "NetworkConfig",
    "RevisionsConfig",
    "Row",
    "Schedule",
    "ScheduleConfig",
    "SourceConfig",
    "WebConfig",
    "defaults",
    "load",
    "record_schema",
    "rows",
    "schema",
]
