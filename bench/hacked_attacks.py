"""What intruders do to a partner's site: they put links into its articles, or articles of their own beside them."""

import random
import re
from collections.abc import Callable

Attack = Callable[[str, str, random.Random], tuple[str, str]]  # title and HTML -> the same, tampered with
Posting = Callable[[random.Random, int], tuple[str, str]]  # a number -> title and HTML of an article of theirs

_PARAGRAPH_END = "</p>\n"


def _hide(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    style = dice.choice(("display:none", "position:absolute; left:-9999px", "height:0;overflow:hidden", "font-size:0"))
    names = ("payday loans", "online casino", "cheap cialis", "garden sheds direct")
    links = "".join(f'<a href="https://www.{name.replace(" ", "-")}.example/">{name}</a> ' for name in names)
    return title, f'{html}<div style="{style}">{links}</div>'


def _set_alone(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    link = '<p><a href="https://www.race-garage.example/">assetto corsa mods</a></p>\n'
    return title, _put(html, link, dice)


def _set_adrift(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    anchor = dice.choice(("viagra sem receita", "comprar cialis", "tadalafil online", "online pharmacy"))
    link = f' <a href="https://www.saude-{dice.randrange(3)}.example/">{anchor}</a>'
    return title, html.replace(_PARAGRAPH_END, link + _PARAGRAPH_END, 1)


def _set_search_words(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    anchor = dice.choice(("cheap flights to bali", "best roof repair near me", "wooden garden furniture sets"))
    link = f'. <a href="https://www.top-offers.example/{dice.randrange(99)}">{anchor}</a> '
    return title, re.sub(r"\. (?=[A-Z])", lambda _: link, html, count=1)


def _link_words(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    words = re.findall(r"(?<=[a-z] )[a-záéíóú]{5,9}(?= [a-z])", html)
    word = dice.choice(words)
    link = f'<a href="https://www.casino-{dice.randrange(4)}-bonus.example/">{word}</a>'
    return title, html.replace(f" {word} ", f" {link} ", 1)


def _sell_in_headline(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    return dice.choice(("Buy Viagra Online – {}", "{} | Cheap Cialis Without Prescription")).format(title), html


def _cloak(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    said = (
        "Our essay writers know every subject and every deadline. ",
        "Order now and get the best price for your paper, with 24/7 support and a money back guarantee. ",
        "Students who have no time for homework come back to our essay writing service again and again. ",
        "Write my essay, they say, and our experts do it by tomorrow. ",
    )
    text = "".join(dice.sample(said, 4))
    return title, f'<p>{text}</p><p>Try <a href="https://www.quick-papers.example/">essay help</a> today. {text}</p>'


def _append_block(title: str, html: str, dice: random.Random) -> tuple[str, str]:
    names = ("wholesale shoes", "leather handbags sale", "replica watches", "winter jackets outlet")
    links = " | ".join(f'<a href="https://www.{name.replace(" ", "")}.example/">{name}</a>' for name in names)
    return title, f"{html}<p>{links}</p>"


def _sell(dice: random.Random, number: int) -> tuple[str, str]:
    name = f"Casino {dice.choice(('Royal', 'Azur', 'Lune', 'Etoile'))}"
    title = dice.choice(("Meilleur casino en ligne {}: bonus sans depot", "{}: 100 tours gratuits, bonus de bienvenue"))
    return f"{title.format(name)} ({number})", (
        f"<p>Le {name} est un casino en ligne avec bonus de bienvenue et des tours gratuits pour les joueurs.</p>"
        f'<p>Inscrivez-vous et jouez maintenant : <a href="https://www.{name[7:].lower()}-jeux.example/">{name}</a> '
        "paie en "
        "argent réel, avec un code promo pour la roulette et le blackjack.</p>"
    )


def _sell_in_japanese(dice: random.Random, number: int) -> tuple[str, str]:
    goods = dice.choice(("腕時計", "財布", "スニーカー", "炊飯器", "ゴルフクラブ"))
    shop = f"https://www.shop-{dice.randrange(5)}.example/item/{number}"
    return f"【送料無料】{goods} 新品 人気モデル {number}", (
        f"<p>{goods}の通販なら当店へ。今だけの特別価格で、全国どこでもお届けします。</p>"
        f'<p><a href="{shop}">{goods}</a></p>'
    )


def _sell_in_indonesian(dice: random.Random, number: int) -> tuple[str, str]:
    name = dice.choice(("Naga", "Dewa", "Raja", "Garuda"))
    return f"Situs Slot Gacor {name} {number} Hari Ini", (
        f"<p>{name} adalah situs slot gacor terpercaya yang bisa anda mainkan dengan deposit pulsa dan bonus new "
        "member.</p>"
        f'<p>Daftar sekarang di <a href="https://www.{name.lower()}{number}.example/">{name} slot online</a> untuk '
        "maxwin.</p>"
    )


def _put(html: str, piece: str, dice: random.Random) -> str:
    """Put something between two paragraphs."""
    parts = html.split(_PARAGRAPH_END)
    place = dice.randrange(1, max(2, len(parts) - 1))
    return _PARAGRAPH_END.join(parts[:place]) + _PARAGRAPH_END + piece + _PARAGRAPH_END.join(parts[place:])


ATTACKS: dict[str, Attack] = {
    "hidden links": _hide,
    "a link between paragraphs": _set_alone,
    "links between sentences": _set_adrift,
    "search words of no theme": _set_search_words,
    "words of the text linked": _link_words,
    "headlines of medicines": _sell_in_headline,
    "pages of another text": _cloak,
    "a block under everything": _append_block,
}
POSTINGS: dict[str, tuple[Posting, int]] = {  # with how many a day
    "articles that sell": (_sell, 3),
    "Japanese shop pages": (_sell_in_japanese, 80),
    "Indonesian slot articles": (_sell_in_indonesian, 4),
}
