"""Whom a copy names: which of the newsrooms at hand is meant by a name, an address or both.

The newsrooms are those of the copies and those of sources.toml; whoever is neither becomes one more, known by what the
copies call it. Credit lines arrive as values, already read; what naming somebody is worth is `origin`'s business.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.dedupe.fingerprint import fold_words
from aggregator.models import Config, CopyFacts, Source
from aggregator.urls import host_of

# What a newsroom's name may have or lack: "the Highland Weekly newspaper", "highlandweekly.example".
_LOOSE = frozenset(
    "the el la los las o a os as le les l www blog online digital website web site newspaper magazine noticias "
    "news com org "
    "net info diario jornal periodico revista portal agencia agence agency redaccion redacao redaction staff".split()
)
_DIVIDED = re.compile(r"\s+(?:and|y|e|et|&)\s+|\s*/\s*|\s+[-–—|]\s+")
# Who gives figures and statements, but publishes no articles that others take over.
_NO_NEWSROOM = re.compile(
    r"\b(?:ministr|minister|universi|instituto? nac|institut national|national institute|office|oficina|police|policia|"
    r"prefe[ci]t|alcald|municip|gobern|governo|gouvern|bank|banco|banque|census|censo|consej|court|tribunal|"
    r"corte|senat|"
    r"hospital|encuesta|survey|propia|propria|wikipedia|wikimedia|getty|shutterstock|unsplash|pixabay|flickr|facebook|"
    r"twitter|youtube|instagram|whatsapp|telegram|admin)|^(?:ine|indec|ibge|insee|dane|inegi|who|oms|un|onu|cepal)$"
)
_LEAST_NAME = 6  # letters of a name that is looked for within a line
_SECOND_LEVELS = frozenset("co com org net gob gov edu ac gouv".split())


@dataclass(eq=False)
class Newsroom:
    """One newsroom that may be the origin.

    Attributes:
        name: as readers know it.
        names: what it is called, as keys to compare.
        hosts: where its pages are, less the subdomain.
        source: the first of its sources in sources.toml; None where it is not there.
        copies: its own, when it has any here.
    """

    name: str
    names: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    source: Source | None = None
    copies: list[CopyFacts] = field(default_factory=list)


class Newsrooms:
    """Those that an item's copies come from or name."""

    def __init__(self, copies: Sequence[CopyFacts], config: Config) -> None:
        self.all: list[Newsroom] = []
        self._of_copy: dict[int, Newsroom] = {}
        self._config = config
        sources = {source.id: source for source in config.sources}
        for copy in copies:
            source = sources.get(copy.source)
            newsroom = self.take_source(source) if source else self._take(copy.source)
            newsroom.copies.append(copy)
            if host := site_of(copy.url):
                newsroom.hosts.add(host)
            self._of_copy[copy.id] = newsroom

    def of(self, copy: CopyFacts) -> Newsroom:
        return self._of_copy[copy.id]

    def named(self, name: str, url: str = "", *, only_known: bool = False) -> Newsroom | None:
        """Find whom a name and its link mean; whoever nobody knows is taken up, unless `only_known`.

        The name decides, since the link may lead to an archive or a shop.
        """
        found = self._by_name(name) or self._by_host(site_of(url))
        if found is None:
            parts = [part for part in _DIVIDED.split(name) if part]
            found = next((one for part in parts if len(parts) > 1 and (one := self._by_name(part))), None)
        host = site_of(url)
        if found is None and not only_known and (name or host) and not _NO_NEWSROOM.search(" ".join(fold_words(name))):
            found = self._take(name or host)
        if found and not found.copies and host and found.source is None:
            found.hosts.add(host)
        return found

    def mentioned(self, text: str) -> Newsroom | None:
        """Find the newsroom with a copy here whose name stands somewhere in a line."""
        words = f" {' '.join(fold_words(text))} "
        for newsroom in self.all:
            source = newsroom.source
            names = (source.name, *source.aliases) if source else ()
            if newsroom.copies and any(
                len(name) >= _LEAST_NAME and f" {' '.join(fold_words(name))} " in words for name in names
            ):
                return newsroom
        return None

    def at(self, url: str) -> Newsroom | None:
        """Find whose page an address is, by its host; None for nobody we know."""
        return self._by_host(site_of(url))

    def with_page(self, url: str) -> Newsroom:
        """Return the newsroom of a page that is at no host we know: the one named without an address, if it is one."""
        host = site_of(url)
        nameless = [one for one in self.all if not one.copies and not one.hosts]
        newsroom = nameless[0] if len(nameless) == 1 else self._take(host)
        newsroom.hosts.add(host)
        return newsroom

    def _by_name(self, name: str) -> Newsroom | None:
        keys = _keys(name)
        found = next((one for one in self.all if keys & one.names), None)
        if found is None:
            named = (one for one in self._config.sources if keys & _source_keys(one))
            found = next((self.take_source(source) for source in named), None)
        return found

    def _by_host(self, host: str) -> Newsroom | None:
        if not host:
            return None
        found = next((one for one in self.all if host in one.hosts or _label(host) in one.names), None)
        if found is None:
            sited = (one for one in self._config.sources if host in (site_of(one.site), site_of(one.feed)))
            found = next((self.take_source(source) for source in sited), None)
        return found

    def take_source(self, source: Source) -> Newsroom:
        """Take up a source; several of one name are one newsroom."""
        key = _squeezed(source.name)
        found = next((one for one in self.all if one.source and _squeezed(one.source.name) == key), None)
        if found is None:
            found = Newsroom(source.name, source=source)
            self.all.append(found)
        found.names |= _source_keys(source)
        found.hosts |= {host for host in (site_of(source.site), site_of(source.feed)) if host}
        return found

    def unknown(self, name: str) -> Newsroom:
        """Find or take up a newsroom that is none of our sources, whatever it is called."""
        found = next((one for one in self.all if one.source is None and _keys(name) & one.names), None)
        return found or self._take(name)

    def _take(self, name: str) -> Newsroom:
        newsroom = Newsroom(name, _keys(name), {site_of(f"https://{name}")} if _is_host(name) else set())
        self.all.append(newsroom)
        return newsroom


def site_of(url: str) -> str:
    """Return the host of an address without its subdomains: "m.faro.example" and "faro.example" are one site."""
    labels = host_of(url).split(".")
    if len(labels) > 2 and not labels[-1].isdigit():
        labels = labels[-3:] if labels[-2] in _SECOND_LEVELS else labels[-2:]
    return ".".join(labels)


def has_path(url: str) -> bool:
    """Tell the address of an article from that of a home page."""
    return len(url.partition("://")[2].rstrip("/").partition("/")[2]) > 0


def _source_keys(source: Source) -> set[str]:
    match = source.byline.match if source.byline else ()
    return {key for name in (source.name, *source.aliases, *match) for key in _keys(name)}


def _keys(name: str) -> set[str]:
    """Return what a name is compared by: its letters, with and without the words that come and go."""
    words = fold_words(name)
    core = [word for word in words if word not in _LOOSE]
    keys = {"".join(words), "".join(core)}
    if _is_host(name):
        keys.add(_label(name.lower()))
    return {key for key in keys if len(key) > 1}


def _squeezed(name: str) -> str:
    return "".join(fold_words(name))


def _is_host(name: str) -> bool:
    return re.fullmatch(r"(?:[\w-]+\.)+[a-zA-Z]{2,}", name) is not None


def _label(host: str) -> str:
    """Return "faro" of "faro.example"."""
    labels = site_of(f"https://{host}").split(".")
    return "".join(fold_words(labels[0])) if len(labels) > 1 else ""
