"""The vocabulary of injected spam, and the words that honest links are made of.

Everything is folded (no case, no accents), as `expressions.document` folds; in scripts without spaces every character
is a word, so a term of several characters is found as a phrase is. Terms of `_SPAM` hardly ever stand in a link that a
newsroom sets; terms of `_PLAIN` are ordinary words that say something only in an odd place.
"""

from collections.abc import Iterator, Sequence

from aggregator.expressions.document import fold, part_words

_SPAM = {
    "gambling": (
        "online casino, online casinos, casino online, casinos online, casino bonus, casino bonuses, casino games, "
        "best casino, best casinos, free spins, no deposit bonus, no deposit bonuses, online slots, slot online, "
        "slots online, slot machines online, slot gacor, slot88, situs slot, situs judi, judi online, judi bola, "
        "judi slot, togel, togel online, bandar togel, agen slot, rtp slot, maxwin, gacor, poker online, online "
        "poker, sportsbook, betting site, betting sites, online betting, sports betting sites, betting tips, "
        "betting odds, tragamonedas online, tragaperras online, apuestas online, casa de apuestas online, bono sin "
        "deposito, giros gratis, casino en linea, casino en ligne, casinos en ligne, tours gratuits, bonus sans "
        "depot, cassino online, apostas online, apostas esportivas online, rodadas gratis, jogo do tigrinho, bonus "
        "ohne einzahlung, online spielothek, casino ohne lizenz, migliori casino, casino non aams, bahis siteleri, "
        "canli bahis, deneme bonusu, kacak bahis, casino siteleri, kasyno online, онлайн казино, казино онлайн, "
        "казино вулкан, фриспины, бонус без депозита, ставки на спорт, игровые автоматы, букмекерская контора, nha "
        "cai, keo nha cai, casino truc tuyen, オンラインカジノ, 在线赌场, 线上赌场, 博彩, 娱乐城, 百家乐, 老虎机, "
        "카지노사이트, 온라인카지노, 토토사이트, 바카라, 바카라사이트, คาสิโน, สล็อต, บาคาร่า, แทงบอล, كازينو اون "
        "لاين, قمار على الانترنت"
    ),
    "medicines": (
        "viagra, cialis, levitra, kamagra, generic viagra, sildenafil online, tadalafil online, without prescription, "
        "without a prescription, no prescription, no prescription needed, no rx, online pharmacy, online pharmacies, "
        "canadian pharmacy, buy xanax, buy tramadol, buy ozempic, buy modafinil, buy antibiotics, phentermine online, "
        "weight loss pills, diet pills, male enhancement, sin receta medica, farmacia online, sans ordonnance, "
        "pharmacie en ligne, sem receita, farmacia en linea, rezeptfrei, rezeptfrei kaufen, senza ricetta, виагра, "
        "сиалис, купить виагру, バイアグラ, シアリス, 비아그라, 시알리스, فياجرا, buy steroids, cbd gummies, buy kratom"
    ),
    "adult": (
        "porn, porno, porn videos, free porn, xxx, xxx videos, xnxx, xvideos, sex videos, sex cams, live sex, "
        "webcam sex, sex chat, escort girls, escort service, escorts, call girls, putas, acompanhantes, sexo "
        "gratis, videos porno, escort bayan, hookup sites, adult dating, bokep, video bokep, hentai, leaked nudes, "
        "порно, порно видео, проститутки, эскорт услуги, アダルト動画, 成人影片, 야동, หนังโป๊, سكس"
    ),
    "loans": (
        "payday loan, payday loans, instant loan, instant loans, quick loans, fast cash loans, bad credit loan, "
        "bad credit loans, cash advance, cash advances, loans online, online loans, personal loans online, no credit "
        "check, debt consolidation loan, prestamos rapidos, prestamos online, creditos rapidos, prestamo sin aval, "
        "emprestimo rapido, emprestimo online, credit rapide, pret rapide, sofortkredit, займ онлайн, займы онлайн, "
        "микрозайм, микрозаймы, кредит онлайн, быстрый займ, pinjaman online, pinjol"
    ),
    "essays": (
        "essay writing service, essay writing services, essay writers, essay writer, write my essay, write my paper, "
        "write my essay for me, pay for essay, buy essay, buy essays, buy essay online, custom essay, custom essays, "
        "paper writing service, dissertation writing service, dissertation help, thesis writing service, assignment "
        "help, do my homework, do my assignment, homework help online, term papers for sale, college papers, "
        "comprar ensayos, comprar tcc, дипломная на заказ, курсовая на заказ, реферат на заказ"
    ),
    "crypto": (
        "crypto casino, bitcoin casino, crypto presale, crypto signals, forex signals, trading signals, forex broker, "
        "forex brokers, forex trading, binary options, trading bot, trading robot, crypto trading platform, crypto "
        "airdrop, free bitcoin, free crypto, buy bitcoin, buy crypto, bitcoin doubler, crypto investment platform, "
        "best crypto exchange, invertir en bitcoin, comprar bitcoin, comprar criptomonedas, comprar bitcoins, acheter "
        "bitcoin, bitcoin kaufen, купить биткоин, бинарные опционы, заработок в интернете"
    ),
    "replicas": (
        "replica watches, replica watch, replica rolex, rolex replica, replica handbags, replica bags, replica shoes, "
        "fake rolex, fake id, fake ids, cheap jerseys, wholesale jerseys, nfl jerseys, cheap nike, cheap air max, "
        "cheap ray ban, ray ban outlet, louis vuitton outlet, michael kors outlet, coach outlet, gucci outlet, "
        "canada goose outlet, moncler outlet, ugg outlet, replicas de relojes, relojes replica, sac pas cher, "
        "スーパーコピー, ブランドコピー, ブランド激安, 激安通販, 激安, 送料無料, 正規品, 偽物, 通販, 楽天市場, 最安値, "
        "高仿, 复刻手表, 레플리카, 짝퉁"
    ),
    "games": (
        "mod apk, apk mod, modded apk, apk download, game mods, mods download, download mods, unlimited coins, "
        "unlimited gems, unlimited money, robux generator, free robux, free v bucks, game hacks, aimbot, wallhack, "
        "cheats download, crack download, cracked software, keygen, serial key, activation key, license key free, "
        "full version free download, free download crack, torrent download, full movie download, watch free movies, "
        "descargar apk, descargar juegos gratis, descargar peliculas gratis, baixar apk, baixar filmes, juegos friv, "
        "скачать бесплатно, скачать торрент, читы, взлом игры"
    ),
    "trade in links": (
        "buy backlinks, cheap backlinks, backlink service, link building service, link building services, seo "
        "services, seo agency, seo expert, seo company, guest posting service, buy followers, buy instagram "
        "followers, instagram followers, tiktok followers, buy likes, buy youtube views, smm panel, comprar "
        "seguidores, comprar seguidores instagram, acheter des followers, накрутка подписчиков"
    ),
}
_PLAIN = {
    "gambling": "casino casinos kasino cassino kasyno slots poker blackjack roulette baccarat jackpot betting bet365 "
    "1xbet apuestas apostas tragaperras tragamonedas ruleta казино покер рулетка bahis kumar カジノ 赌场 賭場 카지노",
    "medicines": "pills pharmacy sildenafil tadalafil tramadol xanax ozempic semaglutide modafinil steroids cbd kratom "
    "nootropics pastillas",
    "adult": "escort milf erotic webcams hookup",
    "loans": "loan loans mortgage mortgages refinance prestamos emprestimos кредит займ",
    "essays": "essay essays dissertation dissertations",
    "crypto": "crypto bitcoin bitcoins btc ethereum forex nft nfts criptomonedas биткоин",
    "replicas": "replica replicas rolex jerseys handbags",
    "games": "mods apk torrent torrents robux roms",
    "trade in links": "seo backlinks backlink",
}
# Parts of host names; those that stand within ordinary words too ("bet", "loan") are not here.
_IN_HOSTS = {
    "gambling": "casino kasino poker slot-online slotonline slotgacor slot88 gacor togel jackpot "
    "roulette sportsbook 1xbet",
    "medicines": "viagra cialis levitra kamagra onlinepharmacy pillstore rxstore",
    "adult": "porn xxx xnxx escort sexcam hookup bokep hentai",
    "loans": "payday quickloan fastloan cashadvance easyloan",
    "essays": "essaywrit essayservice writemyessay buyessay paperwrit essaypro essays",
    "crypto": "cryptocasino bitcoincasino forexsignal cryptosignal cryptopresale binaryoption",
    "replicas": "replica fakewatch cheapjersey outletstore",
    "games": "mod-apk modapk apkmod gamemods game-mods mods keygen aimbot robux torrent",
    "trade in links": "backlink smmpanel buyfollowers seoservice",
}
# What sellers say to their readers, and reporters do not.
_SELLING = (
    "buy online, buy cheap, buy now, order now, order online, order today, shop now, cheap price, cheap prices, "
    "best price, best prices, lowest price, lowest prices, free shipping, fast delivery, fast shipping, discreet "
    "shipping, overnight delivery, money back guarantee, satisfaction guaranteed, guaranteed approval, instant "
    "approval, apply now, apply online, no credit check, play now, play for real money, real money, win big, claim "
    "your bonus, welcome bonus, sign up bonus, deposit bonus, no deposit, free spins, bonus code, promo code, "
    "promo codes, coupon code, discount code, exclusive bonus, fast payouts, instant withdrawal, instant "
    "withdrawals, top rated, best online, sign up today, sign up now, register now, join now, click here, visit "
    "our website, our website, our experts, our customers, our store, our platform, for sale, 100 free, 24 7 "
    "support, customer support, easy money, earn money, passive income, guaranteed profit, guaranteed profits, "
    "free download, download now, download free, unlimited, without prescription, no prescription, generic, "
    "comprar online, compra ahora, compre ahora, mejor precio, mejores precios, precio mas bajo, envio gratis, "
    "entrega rapida, juega ahora, juega gratis, registrate ahora, bono de bienvenida, codigo promocional, dinero "
    "real, reclama tu bono, gana dinero, nuestros clientes, nuestra tienda, solicita ahora, aprobacion inmediata, "
    "compre agora, melhor preco, melhores precos, frete gratis, jogue agora, cadastre se, bonus de boas vindas, "
    "dinheiro real, ganhe dinheiro, acheter en ligne, pas cher, meilleur prix, livraison gratuite, jouez "
    "maintenant, inscrivez vous, bonus de bienvenue, code promo, argent reel, gagnez de l argent, online kaufen, "
    "jetzt spielen, gunstig kaufen, купить, недорого, лучшая цена, играть на деньги, играть бесплатно, "
    "регистрация, получить бонус, бонус за регистрацию, daftar sekarang, terpercaya, gampang menang, deposit "
    "pulsa, bonus new member, hemen oyna, 激安, 送料無料, 最安値, 人気, 通販, 今すぐ購入, 注册送, 免费送"
)
# What reporters say of it.
_REPORTING = (
    "police, court, courts, judge, judges, prosecutor, prosecutors, lawsuit, victim, victims, addiction, addicted, "
    "addicts, gamblers anonymous, debt, debts, fraud, fraudulent, scam, scams, scammers, investigation, "
    "investigators, regulator, regulators, ministry, minister, parliament, congress, arrested, charged, convicted, "
    "sentenced, banned, ban, law, therapist, psychologist, helpline, treatment, warned, according to, policia, "
    "tribunal, juez, jueza, fiscal, fiscalia, demanda, victima, victimas, adiccion, ludopatia, ludopatas, deuda, "
    "deudas, fraude, estafa, estafas, estafadores, investigacion, regulador, ministerio, ministra, ministro, "
    "congreso, detenido, detenidos, acusado, acusados, condenado, ley, psicologa, psicologo, tratamiento, "
    "advirtio, segun, policia federal, juiz, vitima, vitimas, vicio, divida, dividas, golpe, golpes, investigacao, "
    "lei, segundo, justice, juge, victime, victimes, dependance, dette, dettes, escroquerie, arnaque, arnaques, "
    "enquete, ministere, loi, selon, polizei, gericht, opfer, sucht, betrug, ministerium"
)
# What people type before the name of a thing that they want to buy.
_SEARCHED = frozenset(
    "cheap cheapest best buy deals discount discounted price prices sale affordable wholesale near hire rental repair "
    "services company reviews online coupon barato baratos barata baratas mejor mejores comprar precio precios oferta "
    "ofertas venta alquiler melhor melhores preco precos promocao aluguel acheter prix meilleur meilleurs soldes vente "
    "kaufen gunstig billig bester beste".split()
)
# Words that begin a part of a sentence and never what is typed into a search engine.
_OPENING = frozenset(
    "the an this that these those its their his her our in of on at by from to and or el la los las un una uno este "
    "esta su sus en de del al con y que o os as um uma no na do da e le les une des du au aux et ce cette ses der die "
    "das ein eine im".split()
)
# Words that point somewhere, ask for something or give credit: links made of them stand alone and repeat honestly.
_POINTING = frozenset(
    "privacy policy terms cookies "
    "here read see watch listen download full report reports video videos photo photos picture pictures image "
    "images gallery source sources via website site web page pages link links pdf donate donation donations donor "
    "support supported supporting supporter supporters help join sign petition register registration tickets "
    "ticket subscribe subscription newsletter podcast episode map document documents dataset data letter statement "
    "study press release text transcript original originally article published publication republished archive "
    "licence license licensed creative commons courtesy credit credits sponsored sponsor partner partners "
    "partnership funded fund fundraiser fundraising campaign appeal member members membership contact email "
    "information info details programme event events interview trailer book livestream stream live account bank "
    "give gift thanks aqui leer lee lea mas ver vea mira mire escucha escuchar descargar descarga informe completo "
    "fuente fuentes foto fotos imagen sitio pagina enlace enlaces dona donar donacion donaciones apoya apoyar "
    "apoyo apoyan ayuda ayudar unete firma firmar peticion inscripcion inscribete registro entradas suscribete "
    "boletin comunicado carta texto documento documentos estudio publicado publicada original articulo archivo "
    "licencia cortesia credito patrocinado socio socios alianza financiado campana contacto correo informacion "
    "programa evento entrevista libro cuenta gracias datos mapa ler leia mais veja assista ouca baixar relatorio "
    "fonte imagem ligacao doe doar doacao doacoes apoie apoiar apoio ajude assine assinar peticao inscricao "
    "ingressos boletim nota documento estudo publicado artigo arquivo licenca cortesia parceria parceiro "
    "financiado campanha contato informacoes livro conta obrigado dados ici lire lisez plus voir regarder regardez "
    "ecouter ecoutez telecharger rapport complet lien don dons donner soutenir soutenez soutien aide aidez "
    "rejoindre rejoignez signer signez inscription billets infolettre communique lettre texte etude publie article "
    "archives licence credit partenariat partenaire finance campagne contact evenement entretien livre compte "
    "merci donnees carte hier lesen spenden spende quelle bericht ansehen anhoren herunterladen "
    "unterstutzen mehr".split()
)

SPAM, PLAIN = 2, 1  # how much a term says
Terms = dict[str, list[tuple[tuple[str, ...], str, int]]]  # first word -> (all words, theme, how much it says)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text; a character is one in scripts written without spaces."""
    return part_words(fold(text)).split()


def find_terms(words: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Yield theme, weight (`SPAM` or `PLAIN`) and the term, for each term of spam among folded words."""
    return _find(_TERMS, words)


def find_phrases(phrases: Terms, words: Sequence[str]) -> set[str]:
    """Return which phrases stand among folded words."""
    return {phrase for _, _, phrase in _find(phrases, words)}


def themes_of_host(host: str) -> Iterator[str]:
    """Yield the themes that a host's own name speaks of."""
    for part, theme in _HOST_PARTS:
        if part in host:
            yield theme


def is_pointing(words: Sequence[str]) -> bool:
    """Say whether words point somewhere, ask for something or give credit."""
    return not _POINTING.isdisjoint(words)


def is_searched(words: Sequence[str]) -> bool:
    """Say whether words are those of somebody who looks for something to buy."""
    return bool(words) and words[0] not in _OPENING and not _SEARCHED.isdisjoint(words)


def is_opening(word: str) -> bool:
    """Say whether a word begins a part of a sentence: an article, a preposition."""
    return word in _OPENING or word == "a"


def index_phrases(phrases: Sequence[str], theme: str = "", weight: int = SPAM) -> Terms:
    """Prepare phrases of any spelling to be looked for as whole words."""
    index: Terms = {}
    for phrase in phrases:
        if words := tuple(words_of(phrase)):
            index.setdefault(words[0], []).append((words, theme, weight))
    return index


def _find(index: Terms, words: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    for place, word in [one for one in enumerate(words) if one[1] in index]:
        for term, theme, weight in index[word]:
            if len(term) == 1 or tuple(words[place : place + len(term)]) == term:
                yield theme, weight, " ".join(term)


def _index_terms() -> Terms:
    index: Terms = {}
    for theme, phrases in _SPAM.items():
        for first, terms in index_phrases(phrases.split(", "), theme).items():
            index.setdefault(first, []).extend(terms)
    for theme, single in _PLAIN.items():
        for first, terms in index_phrases(single.split(), theme, PLAIN).items():
            index.setdefault(first, []).extend(terms)
    return index


_TERMS = _index_terms()
_HOST_PARTS = [(part, theme) for theme, parts in _IN_HOSTS.items() for part in parts.split()]
SELLING = index_phrases(_SELLING.split(", "))
REPORTING = index_phrases(_REPORTING.split(", "))
