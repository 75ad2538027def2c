"""Where the configuration is found, what wins, and that a mistake is named with its place and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from scraper.config import Config, Every, Loaded, SourceConfig, defaults, load, rows
from scraper.config.convert import keys, nearest
from scraper.errors import ConfigError

ROOT = Path(__file__).parents[2]
SECTIONS = {name: keys(section) for name, section in get_type_hints(Config).items() if name != "sources"}
SITE_RULES = str(ROOT / "config" / "sites.example.toml")
KNOWN = [(section, key) for section, names in SECTIONS.items() for key in names]


def read(
    tmp_path: Path, text: str, env: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Loaded:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    return load("c.yaml", env or {}, tmp_path, flags)


def mistake(tmp_path: Path, text: str, env: Mapping[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, env)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def source(more: str, kind: str = "folder", network: str = "") -> str:
    return f"{network}\nsources:\n  - name: one\n    type: {kind}\n    {more}\n"


# ---- the configuration as shipped


def test_the_shipped_configuration_needs_no_network() -> None:
    loaded = load(None, {}, ROOT)
    config = loaded.config
    assert loaded.file == str(ROOT / "config" / "scrape.yaml")
    assert config.archive.directory == str(ROOT / "archive")
    assert [(one.name, one.type, one.directory) for one in config.sources if one.enabled] == [
        ("inbox", "folder", str(ROOT / "seeds"))
    ]
    assert config.sources[0].schedule("UTC") == Every(900.0)


def test_its_comments_show_the_defaults() -> None:
    """Every `# key: value` in it may be uncommented without changing anything."""
    text = (ROOT / "config" / "scrape.yaml").read_text(encoding="utf-8")
    config = defaults().config
    shown = 0
    section = ""
    for line in text.splitlines():
        if line.endswith(":") and line[:1].isalpha():
            section = line[:-1]
        if line.startswith("  # ") and section in SECTIONS and not line.startswith(("  # contact", "  # bind")):
            name, colon, written = line[4:].partition("#")[0].partition(": ")
            if colon and name in SECTIONS[section]:
                loaded = defaults(flags={f"{section}.{name}": written.strip()})
                assert getattr(loaded.config, section) == getattr(config, section), line
                shown += 1
    assert shown >= 14


def test_its_examples_are_right_once_there_is_a_contact(tmp_path: Path) -> None:
    text = (ROOT / "config" / "scrape.yaml").read_text(encoding="utf-8").replace("enabled: false", "enabled: true")
    assert "network.contact" in mistake(tmp_path, text)
    loaded = read(tmp_path, text, {"SCRAPE_NETWORK__CONTACT": "me@news.example"})
    assert {one.type for one in loaded.config.sources if one.enabled} == {
        "folder",
        "warc",
        "feed",
        "sitemap",
        "listing",
        "pages",
    }


# ---- where it is found


def test_the_order_of_places(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    files = {
        "xdg": tmp_path / "xdg" / "scrape" / "scrape.yaml",
        "home": home / ".config" / "scrape" / "scrape.yaml",
        "here": here / "config" / "scrape.yaml",
        "env": here / "env.yaml",
        "path": here / "path.yaml",
    }
    for name, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"archive: {{directory: {name}}}")
    env = {"HOME": str(home), "XDG_CONFIG_HOME": str(tmp_path / "xdg"), "SCRAPE_CONFIG": "env.yaml"}

    def won(path: str | None, **changed: str) -> str:
        return Path(load(path, env | changed, here).config.archive.directory).name

    assert won("path.yaml") == "path"
    assert won(None) == "env"
    assert won(None, SCRAPE_CONFIG="") == "here"
    files["here"].unlink()
    assert won(None, SCRAPE_CONFIG="") == "xdg"
    assert won(None, SCRAPE_CONFIG="", XDG_CONFIG_HOME="") == "home"


def test_none_is_found(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"looked at .*config/scrape\.yaml and .*/\.config/scrape/scrape\.yaml; .*--config"
    ):
        load(None, {"HOME": str(tmp_path)}, tmp_path)
    with pytest.raises(ConfigError, match=r"no such file [(]--config"):
        load("none.yaml", {}, tmp_path)
    with pytest.raises(ConfigError, match=r"no such file [(]SCRAPE_CONFIG"):
        load(None, {"SCRAPE_CONFIG": "none.yaml"}, tmp_path)


def test_the_file_that_the_message_advises_is_right(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {}, tmp_path)
    advised = str(caught.value).split("`")[1::2]
    assert read(tmp_path, "\n".join(advised)).config.sources[0].name == "inbox"


def test_paths_start_from_the_file_and_elsewhere_from_here(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "c.yaml").write_text("archive: {directory: ../data}\nnetwork: {ca_file: ~/ca.pem}\n")
    (tmp_path / "me").mkdir()
    (tmp_path / "me" / "ca.pem").write_text("")
    home = {"HOME": str(tmp_path / "me")}
    config = load("etc/c.yaml", home, tmp_path).config
    assert config.archive.directory == str(tmp_path / "data")
    assert config.network.ca_file == str(tmp_path / "me" / "ca.pem")
    config = load("etc/c.yaml", {"SCRAPE_ARCHIVE__DIRECTORY": "here"} | home, tmp_path).config
    assert config.archive.directory == str(tmp_path / "here")
    assert defaults(cwd=tmp_path).config.archive.directory == str(tmp_path / "archive")


# ---- what wins


def test_flag_over_environment_over_file_over_default(tmp_path: Path) -> None:
    text = "\nnetwork:\n  delay: 3s\n  timeout: 4s\n  deadline: 5s\n"
    env = {
        "SCRAPE_NETWORK__DELAY": "6s",
        "SCRAPE_NETWORK__TIMEOUT": "7s",
        "SCRAPE_NETWORK__MAX_BYTES": "",
        "HOME": "/h",
    }
    loaded = read(tmp_path, text, env, {"network.delay": "8s"})
    network = loaded.config.network
    assert (network.delay, network.timeout, network.deadline, network.max_redirects) == (8.0, 7.0, 5.0, 10)
    origins = {row.key: row.origin for row in rows(loaded)}
    assert origins["network.delay"] == "flag"
    assert origins["network.timeout"] == "SCRAPE_NETWORK__TIMEOUT"
    assert origins["network.deadline"] == "c.yaml:5"
    assert origins["network.max_bytes"] == "default"


def test_rows_name_every_key(tmp_path: Path) -> None:
    loaded = read(tmp_path, source("directory: in"))
    found = {row.key: row for row in rows(loaded)}
    assert set(found) == {f"{section}.{key}" for section, key in KNOWN} | {
        f"sources.one.{key}" for key in keys(SourceConfig)
    }
    assert (found["sources.one.directory"].value, found["sources.one.directory"].origin) == (
        str(tmp_path / "in"),
        "c.yaml:5",
    )
    assert found["sources.one.limit"].origin == "default"


def test_lists_numbers_and_words_from_the_environment(tmp_path: Path) -> None:
    env = {
        "SCRAPE_NETWORK__ALLOW_ADDRESSES": "10.0.0.0/8, ::1",
        "SCRAPE_NETWORK__ALLOW_PORTS": "8080, 8443",
        "SCRAPE_NETWORK__UNVERIFIED_HOSTS": "{old.example: it ran out and they know}",
        "SCRAPE_NETWORK__CONTACT": "me@news.example",
        "SCRAPE_CLEANING__WITH_TITLE": "true",
        "SCRAPE_CLEANING__WORKERS": "3",
        "SCRAPE_NETWORK__MAX_BYTES": "2 MiB",
        "SCRAPE_NETWORK__TIMEOUT": "9",
        "SCRAPE_HOME": "not ours",
    }
    config = read(tmp_path, "", env).config
    assert config.network.allow_addresses == ("10.0.0.0/8", "::1")
    assert config.network.allow_ports == (8080, 8443)
    assert config.network.unverified_hosts == {"old.example": "it ran out and they know"}
    assert (config.cleaning.with_title, config.cleaning.workers) == (True, 3)
    assert (config.network.max_bytes, config.network.timeout) == (2 * 2**20, 9.0)


def test_a_value_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("me@news.example\n")
    loaded = read(tmp_path, "", {"SCRAPE_NETWORK__CONTACT_FILE": str(tmp_path / "secret")})
    assert loaded.config.network.contact == "me@news.example"
    assert loaded.origins["network.contact"] == "SCRAPE_NETWORK__CONTACT_FILE"
    assert "secret" not in mistake(tmp_path, "", {"SCRAPE_NETWORK__DELAY_FILE": str(tmp_path / "none")}).split(":")[1:]


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"SCRAPE_NETWORK__DELA": "1"}, "SCRAPE_NETWORK__DELA: `network` has no key `dela`; did you mean `delay`?"),
        ({"SCRAPE_NETWRK__DELAY": "1"}, "no section `netwrk`; did you mean `network`?"),
        ({"SCRAPE_NETWORK__DELAY": "x"}, "SCRAPE_NETWORK__DELAY: network.delay: expected a duration"),
        (
            {"SCRAPE_CLEANING__WITH_TITLE": "yes"},
            "SCRAPE_CLEANING__WITH_TITLE: cleaning.with_title: expected true or false",
        ),
        ({"SCRAPE_SOURCES__ONE": "x"}, "sources can only be set in the file"),
        ({"SCRAPE_NETWORK__DELAY_FILE": "/none/at/all"}, "cannot be read"),
        ({"SCRAPE_NETWORK__CONTACT_FILE": "c.yaml"}, "c.yaml is empty"),
    ],
)
def test_mistakes_in_the_environment(tmp_path: Path, env: dict[str, str], message: str) -> None:
    assert message in mistake(tmp_path, "", env)


def test_a_variable_and_its_file_at_once(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("a@b.example")
    env = {"SCRAPE_NETWORK__CONTACT": "a@b.example", "SCRAPE_NETWORK__CONTACT_FILE": "v"}
    assert "both set `network.contact`" in mistake(tmp_path, "", env)


# ---- mistakes in the file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("netwrk: {}", "c.yaml:1: the file has no key `netwrk`; did you mean `network`?"),
        ("network:\n  timeot: 3", "c.yaml:2: `network` has no key `timeot`; did you mean `timeout`?"),
        ("network:\n  timezone: UTC", "c.yaml:2: `network` has no key `timezone`; it belongs in `schedule`"),
        ("network: 3", "c.yaml:1: network: expected a section"),
        ("network:\n  timeout: soon", "c.yaml:2: network.timeout: expected a duration such as `30s`"),
        ("network: {timeout: 0}", "network.timeout: expected more than `0s`, got `0`"),
        ("network: {timeout: true}", "network.timeout: expected a duration"),
        ("network: {max_bytes: 20 XB}", "network.max_bytes: expected a size such as"),
        ("network: {max_redirects: many}", "network.max_redirects: expected a whole number, got `many`"),
        ("network: {max_redirects: 99}", "network.max_redirects: expected a whole number <= 50, got `99`"),
        ("network: {allow_addresses: [10.0.0.0/99]}", "network.allow_addresses: expected an address or a network"),
        ("network: {allow_addresses: [10.0.0.1/8]}", "network.allow_addresses: `10.0.0.1/8` is an address within"),
        ("network: {allow_addresses: [10.0.0.1/8]}", "write `10.0.0.0/8` or `10.0.0.1`"),
        ("network: {allow_addresses: ['fd00::1/8']}", "write `fd00::/8` or `fd00::1`"),
        ("network: {allow_ports: [http]}", "network.allow_ports: expected a whole number"),
        ("network: {allow_ports: [0]}", "network.allow_ports: expected a whole number >= 1"),
        ("network: {unverified_hosts: [old.example]}", "network.unverified_hosts: expected a section"),
        ("network:\n  unverified_hosts: {old.example: no}", "network.unverified_hosts: say why the certificate"),
        ("network: {unverified_hosts: {'https://a.example/': they know of it}}", "expected a host's name alone"),
        ("network:\n  robots_overrides: {a.example: no}", "network.robots_overrides: say why the robots.txt of"),
        ("network: {robots_overrides: {'*.example': they know of it}}", "expected a host's name alone"),
        ("network: {robots_overrides: [a.example]}", "network.robots_overrides: expected a section"),
        ("network: {unverified_hosts: {A.example: they know of it}}", "expected a host's name alone"),
        ("archive: {framing: wires}", "expected one of `plain`, `wire`, got `wires`; did you mean `wire`?"),
        ("metrics: {bind: '9464'}", "c.yaml:1: metrics.bind: expected an address and a port"),
        ("metrics: {bind: '0.0.0.0:9464'}", "metrics.bind: `0.0.0.0:9464` can be reached from other machines"),
        ("log: {format: xml}", "c.yaml:1: log.format: "),
        ("schedule: {drain: 0s}", "c.yaml:1: schedule.drain: "),
        ("network: {contact: nobody}", "network.contact: expected a page"),
        ('network: {contact: "a@b\\r\\nX: y"}', "network.contact: expected a page"),
        ("cleaning:\n\n  with_title: yes", "c.yaml:3: cleaning.with_title: expected true or false, got `yes`"),
        ("archive: {directory: 3}", "archive.directory: expected a path"),
        ("schedule: {timezone: Europe/Berln}", "`Europe/Berln` is no time zone; did you mean `Europe/Berlin`?"),
        ("schedule: {timezone: Europe}", "is no time zone"),
        ("schedule: {timezone: ../../etc/passwd}", "is no time zone"),
        ("sources: {one: {}}", "sources: expected a list"),
        ("sources: [one]", "sources: expected `name: ...`"),
        ("sources: [{type: feed}]", "source 1 needs `name`"),
        ("sources: [{name: one}]", "source 1 needs `type`"),
        ("sources: [{name: No Slug, type: feed}]", "sources.No Slug.name: expected text like"),
        (source("url: x", "fed"), "c.yaml:4: sources.one.type: expected one of `feed`, `folder`, `listing`, "),
        (source("url: x", "fed"), "`warc`, got `fed`; did you mean `feed`?"),
        (source("directry: in"), "c.yaml:5: source 1 has no key `directry`; did you mean `directory`?"),
        (source("limit: 3"), "c.yaml:3: sources.one.directory: a source of type `folder` needs `directory`"),
        (source("url: https://a.example/"), "c.yaml:5: sources.one.url: a source of type `folder` has no `url`"),
        (source("limit: 3", "feed"), "sources.one.url: a source of type `feed` needs `url`"),
        (source("url: a.example/feed", "feed"), "c.yaml:5: sources.one.url: expected an http or https address"),
        (source("url: https://a.example/", "feed"), "needs `network.contact`"),
        (source("selector: 'a['\n    url: https://a.example/", "listing"), "c.yaml:5: sources.one.selector: 'a[' is"),
        (source("selector: a\n    directory: x"), "c.yaml:5: sources.one.selector: a source of type `folder` has no"),
        (source("urls: [https://a.example/]", "feed"), "sources.one.urls: a source of type `feed` has no `urls`"),
        (source("every: 1h", "pages"), "sources.one.urls: a source of type `pages` needs `urls`, a list of addresses"),
        (source("urls: [a.example]", "pages"), "c.yaml:5: sources.one.urls: expected http or https addresses, got"),
        (source("url: https://a.example/", "pages"), "sources.one.url: a source of type `pages` has no `url`"),
        (source("directory: x\n    include: [/a/*]"), "sources.one.include: a source of type `folder` has no"),
        (source("urls: [https://a.example/]\n    exclude: [video]", "pages"),
         "c.yaml:6: sources.one.exclude: `video` fits no address; did you mean `*video*`?"),
        (source("urls: [https://a.example/]\n    include: ['https://a.example/*']", "pages"),
         "sources.one.include: `https://a.example/*`: write it without its scheme"),
        (source("directory: x\n    every: 15"), "c.yaml:6: sources.one.every: expected an interval with its unit"),
        (source("directory: x\n    every: 1s"), "c.yaml:6: sources.one.every: expected at least `1m`, got `1s`"),
        (source("directory: x\n    every: 1h\n    cron: '@daily'"), "c.yaml:7: sources.one.cron: `every` and `cron`"),
        (source("directory: x\n    cron: '0 0 1 * 1'"), "c.yaml:6: sources.one.cron: `0 0 1 * 1` restricts both"),
        (source("directory: x\n    timezone: UTC"), "c.yaml:6: sources.one.timezone: `timezone` is for `cron`"),
        ("network: {ca_file: gone.pem}", "c.yaml:1: network.ca_file: there is no such file: `"),
        ("cleaning:\n  rules: gone.toml", "c.yaml:2: cleaning.rules: "),
        ("cleaning: {rules: .}", "cannot be read: Is a directory"),
        ("cleaning: {rules: c.yaml}", "c.yaml: no TOML in UTF-8: "),
        ("archive: {directory: x/below}\n" + source("directory: x"), "c.yaml:6: sources.one.directory: the archive"),
        ("archive: {directory: x}\n" + source("directory: x/../x", "warc"), "sources.one.directory: the archive"),
        ("archive: {directory: loop/x}\n" + source("directory: ."), "sources.one.directory: the archive lies in it"),
        ("sources:\n  - {name: a, type: folder, directory: x}\n  - {name: a, type: warc, directory: x}",
         "c.yaml:3: sources.a.name: two sources are called `a`"),
    ],
)  # fmt: skip
def test_mistakes_name_file_line_key_and_way_out(tmp_path: Path, text: str, message: str) -> None:
    assert message in mistake(tmp_path, text)


def test_an_archive_that_lies_in_its_inbox_by_a_link_or_a_flag(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "other").symlink_to("in")
    assert "the archive lies in it" in mistake(tmp_path, "archive: {directory: other/a}\n" + source("directory: in"))
    text = "archive: {directory: in-archive}\n" + source("directory: in")  # beside it, for all that its name begins so
    read(tmp_path, text)
    with pytest.raises(ConfigError, match="the archive lies in it"):
        read(tmp_path, text, flags={"archive.directory": "in"})


# ---- laws


def written(key: Any) -> st.SearchStrategy[Any]:
    """Values that the key takes, as they stand in a file, resolved already."""
    samples: dict[str, st.SearchStrategy[Any]] = {
        "archive.directory": st.just("/data/archive"),
        "network.product": st.sampled_from(["scrape", "My_Robot-"]),
        "network.contact": st.sampled_from([None, "me@news.example", "https://news.example/robot"]),
        "network.allow_addresses": st.lists(st.sampled_from(["10.0.0.0/8", "::1"]), max_size=2).map(tuple),
        "network.allow_ports": st.lists(st.integers(1, 65535), max_size=2).map(tuple),
        "network.robots_overrides": st.sampled_from([{}, {"a.example": "the publisher asked us to, in writing"}]),
        "network.unverified_hosts": st.sampled_from([{}, {"old.example": "it ran out, and they know"}]),
        "network.retries": st.integers(0, 5),
        "archive.framing": st.sampled_from(["plain", "wire"]),
        "network.ca_file": st.sampled_from([None, __file__]),
        "cleaning.memory_from": st.integers(4, 10_000),
        "cleaning.rules": st.sampled_from([None, SITE_RULES]),
        "revisions.after": st.just(()),
        "schedule.timezone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]),
        "archive.warc_max_size": st.integers(1_000_000, 10**10),
        "web.bind": st.sampled_from([None, "127.0.0.1:8080", "[::1]:0", "localhost:80"]),
        "web.hosts": st.lists(st.sampled_from(["archive.example", "a-1.b"]), max_size=2).map(tuple),
        "schedule.max_runs": st.integers(1, 10_000),
        "log.format": st.sampled_from(["auto", "text", "json"]),
        "metrics.bind": st.sampled_from([None, "127.0.0.1:9464", "[::1]:0"]),
        "archive.warc_max_age": st.integers(60, 86_400).map(float),
        "network.at_once": st.integers(1, 100),
        "network.max_pages_per_run": st.sampled_from([None, 1, 500]),
        "network.max_pages_per_day": st.sampled_from([None, 1, 500]),
        "network.max_bytes_per_day": st.sampled_from([None, 1024, 10**9]),
    }
    if key in samples:
        return samples[key]
    section, _, name = key.partition(".")
    default = SECTIONS[section][name].default
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, int):
        return st.integers(0, 50) if default < 100 else st.integers(1024, 2**30)
    return st.floats(1.0, 600.0).map(lambda number: round(number, 3))


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    chosen = draw(st.lists(st.sampled_from(KNOWN), unique=True))
    tree: dict[str, dict[str, Any]] = {}
    for section, key in chosen:
        tree.setdefault(section, {})[key] = draw(written(f"{section}.{key}"))
    return tree


@given(configurations())
def test_any_known_keys_come_back(tmp_path_factory: pytest.TempPathFactory, tree: dict[str, dict[str, Any]]) -> None:
    tmp_path = tmp_path_factory.mktemp("config")
    loaded = read(tmp_path, yaml.safe_dump(msgspec.to_builtins(tree, builtin_types=()), allow_unicode=True))
    for section, values in tree.items():
        for key, given_ in values.items():
            assert getattr(getattr(loaded.config, section), key) == given_
    assert {key for key, origin in loaded.origins.items() if origin != "default"} == {
        f"{section}.{key}" for section, values in tree.items() for key in values
    }


@given(st.sampled_from(KNOWN), st.data())
def test_a_letter_wrong_names_the_nearest_key(
    tmp_path_factory: pytest.TempPathFactory, one: tuple[str, str], data: st.DataObject
) -> None:
    section, key = one
    place = data.draw(st.integers(0, len(key) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"))
    typo = data.draw(
        st.sampled_from(
            [
                key[:place] + key[place + 1 :],
                key[:place] + letter + key[place + 1 :],
                key[:place] + letter + key[place:],
            ]
        )
    )
    assume(typo and typo not in SECTIONS[section] and not any(typo in names for names in SECTIONS.values()))
    message = mistake(tmp_path_factory.mktemp("config"), f"{section}: {{'{typo}': 1}}")
    assert f"`{section}` has no key `{typo}`; did you mean `{key}`?" in message


def test_when_nothing_is_near_the_known_are_named() -> None:
    assert nearest("zzzz", ["delay", "contact"]) == "; known are `contact`, `delay`"
