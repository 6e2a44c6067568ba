"""Dates as feeds write them -> instants: standard forms, epochs, words in English, Spanish, Portuguese and French.

Two-figure dates such as 05/11/2026 are left unread: nothing says whether the month comes first.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # a clock that runs fast, or a zone left out; what is later is a mistake
MAX_DATE_CHARS = 100

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero janeiro janv janvier",
            "feb february febrero fev fevereiro fevr fevrier",
            "mar march marzo marco mars",
            "apr april abr abril avr avril",
            "may mayo mai maio",
            "jun june junio junho juin",
            "jul july julio julho juil juillet",
            "aug august ago agosto aout",
            "sep sept september septiembre set setiembre setembro septembre",
            "oct october octubre out outubro octobre",
            "nov november noviembre novembro novembre",
            "dec december dic diciembre dez dezembro decembre",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONE_HOURS = {
    **{"ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
    **{"art": -3, "brt": -3, "bot": -4, "clt": -4, "clst": -3, "cot": -5, "ect": -5, "pet": -5, "uyt": -3, "vet": -4},
    **{"west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3},
}  # any other name is read as UTC
_FARTHEST_ZONE = 14

_TIME = (
    r"(?:\D{1,12}?(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    r"\s*(?:(?:gmt|utc)?\s*(?P<sign>[+-])(?P<zone_hour>\d\d):?(?P<zone_minute>\d\d)?(?!\d)|\(?(?P<zone>[a-z]{1,5})\b)?)?"
)
_FORMS = tuple(
    re.compile(form + _TIME, re.ASCII)
    for form in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|o)?[\s.,-]*(?:de\s+|of\s+)?"
        r"(?P<month>[a-z]{3,})[\s.,-]*(?:de\s+|del\s+)?(?P<year>\d{4}|\d\d)(?!\d)",
        r"(?<![a-z])(?P<month>[a-z]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)",
    )
)
_EPOCH_SECONDS = re.compile(r"\d{9,10}", re.ASCII)
_EPOCH_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)


def entry_date(text: str, now: datetime) -> datetime | None:
    """Read one date; None when it cannot be read or lies outside 1990 to tomorrow.

    A date without a time is midnight, a time without a zone is UTC.
    """
    folded = unicodedata.normalize("NFKD", text[:MAX_DATE_CHARS].lower())
    folded = "".join(character for character in folded if not unicodedata.combining(character)).strip()
    return next((instant for instant in _readings(folded) if is_plausible(instant, now)), None)


def is_plausible(instant: datetime, now: datetime) -> bool:
    return EARLIEST <= instant <= now + AHEAD


def _readings(text: str) -> Iterator[datetime]:
    if _EPOCH_SECONDS.fullmatch(text):
        yield datetime.fromtimestamp(int(text), UTC)
    elif _EPOCH_MILLISECONDS.fullmatch(text):
        yield datetime.fromtimestamp(int(text) / 1000, UTC)
    for form in _FORMS:
        if (match := form.search(text)) and (instant := _instant(match)):
            yield instant


def _instant(match: re.Match[str]) -> datetime | None:
    month = _MONTHS.get(match["month"]) or (int(match["month"]) if match["month"].isdigit() else 0)
    year = int(match["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    second = min(int(match["second"] or 0), 59)  # a leap second is written 60
    if match["sign"] and int(match["zone_hour"]) <= _FARTHEST_ZONE:
        offset = timedelta(hours=int(match["zone_hour"]), minutes=int(match["zone_minute"] or 0))
        offset = -offset if match["sign"] == "-" else offset
    else:
        offset = timedelta(hours=_ZONE_HOURS.get(match["zone"] or "", 0))
    try:
        zone = timezone(offset)
        return datetime(year, month, int(match["day"]), hour, int(match["minute"] or 0), second, 0, zone).astimezone(
            UTC
        )
    except (ValueError, OverflowError):
        return None
