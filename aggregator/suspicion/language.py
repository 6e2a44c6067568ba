"""Which script and, by its smallest words, which language a text is in: as far as noticing a change needs."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_ENOUGH_WORDS = 12  # of a text, before anything is said about its language
_LEAST_SHARE = 0.12  # of small words; measured between .25 and .55 on running text of all these languages
_LEAD = 1.4  # how many times more small words than the language after it
_SAMPLE = 600  # words
_SMALL_WORDS = {
    "en": "the of and to in is that for it was with as on are by this be from at have has not were which their",
    "es": "el la los las de del que y en un una es por con para se no su al lo como mas pero sus fue",
    "pt": "o a os as de do da dos das que e em um uma no na nos nas por com para se nao ao mais mas foi",
    "fr": "le la les de des du et en un une est que qui dans pour par sur au aux ce cette pas plus avec il sont",
    "de": "der die das und in den von zu mit ist des im nicht ein eine auf fur dem sich auch als an nach wird",
    "it": "il lo la gli le di del della dei che e un una in per con non si da al sono piu come nel alla",
    "nl": "de het een en van in is dat op te voor met zijn niet aan er om ook als maar bij door naar uit",
    "id": "yang dan di dengan untuk ini itu dari dalam pada adalah tidak akan juga atau bisa anda ada oleh para situs",
    "tr": "ve bir bu da de icin ile olarak daha cok en olan gibi kadar sonra ya veya ise her siz bonus giris",
    "vi": "va cua la cac co cho khong mot duoc trong nguoi voi den nay tai khi nhung tu choi ban",
    "pl": "i w na z do sie nie jest to ze o jak po przez dla ale od za oraz sa czy tak co",
    "sv": "och i att det som en pa ar av for med till den har de inte om ett var sig fran men",
    "ro": "si in de la cu a pe care nu din pentru mai este o un ca sau prin sunt fi ale lui",
}
_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _language, _small in _SMALL_WORDS.items():
    for _word in _small.split():
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _language)

_SCRIPTS = {
    "Latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "Cyrillic": "\u0400-\u052f",
    "Greek": "\u0370-\u03ff",
    "Arabic": "\u0600-\u06ff\u0750-\u077f",
    "Hebrew": "\u0590-\u05ff",
    "Devanagari": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
    "Korean": "\uac00-\ud7a3\u1100-\u11ff",
    "Japanese": "\u3040-\u30ff",
    "Chinese": "\u3400-\u4dbf\u4e00-\u9fff",
}
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
_DENSE = frozenset(("Japanese", "Chinese", "Korean"))  # a character says as much as three letters
_DECLARED = {
    "Cyrillic": "ru uk bg sr mk be kk ky mn tg",
    "Greek": "el",
    "Arabic": "ar fa ur ps ckb ug sd",
    "Hebrew": "he iw yi",
    "Devanagari": "hi mr ne sa",
    "Thai": "th",
    "Korean": "ko",
    "Japanese": "ja",
    "Chinese": "zh",
}


def script_of(text: str) -> str:
    """Return the script of most of a text's beginning ("Latin", "Japanese", ...); "" for none we know."""
    text = text[:2000]
    if text.isascii():
        return "Latin" if _LETTERS["Latin"].search(text) else ""
    counts = Counter(dict.fromkeys(_LETTERS, 0))
    for character, times in Counter(text).items():
        for name in _scripts_with(character):
            counts[name] += times
    if counts["Japanese"]:  # Kana stand among Chinese characters
        counts["Japanese"] += counts.pop("Chinese")
    for name in _DENSE & counts.keys():
        counts[name] *= 3
    name, count = counts.most_common(1)[0]
    return name if count else ""


@lru_cache(maxsize=1024)
def _scripts_with(character: str) -> tuple[str, ...]:
    return tuple(name for name, letters in _LETTERS.items() if letters.match(character))


def is_declared(declared: str, script: str, guessed: str) -> bool:
    """Say whether a declared language ("ar", "zh-TW") is the one guessed, or one that is written in a script."""
    code = re.split(r"[-_]", declared.lower())[0]
    return bool(code) and (code == guessed or code in _DECLARED.get(script, "").split())


def guess_language(words: Sequence[str], script: str) -> str:
    """Return the language of folded words in Latin script, the script's name for others, "" when it is not clear."""
    if script != "Latin":
        return script
    words = words[:_SAMPLE]
    if len(words) < _ENOUGH_WORDS:
        return ""
    counts: Counter[str] = Counter()
    for word, times in Counter(words).items():
        for language in _LANGUAGES.get(word, ()):
            counts[language] += times
    ranked = [*counts.most_common(2), ("", 0), ("", 0)]
    (language, best), (_, second) = ranked[0], ranked[1]
    return language if best >= len(words) * _LEAST_SHARE and best >= second * _LEAD else ""
