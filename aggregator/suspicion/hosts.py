"""Which site an address belongs to, and which sites everybody links to."""

from collections.abc import Iterable

from aggregator.urls import host_of

# Second-level labels under which countries register names: "co.uk", "com.bo", "org.br".
_SECOND_LEVELS = frozenset(
    "ac art blog co com coop ed edu eng firm gen go gob gouv gov gub gv id info int jus leg mil museum name ne net "
    "nic nom or org plc press pro sch tv web".split()
)
# Platforms whose every customer has a name of their own below theirs.
_PLATFORMS = frozenset(
    "blogspot.com wordpress.com substack.com medium.com github.io gitlab.io netlify.app vercel.app pages.dev web.app "
    "firebaseapp.com herokuapp.com weebly.com wixsite.com webflow.io squarespace.com tumblr.com ghost.io blogger.com "
    "neocities.org carrd.co myshopify.com site123.me strikingly.com jimdofree.com jimdosite.com over-blog.com "
    "altervista.org mystrikingly.com notion.site r2.dev s3.amazonaws.com azurewebsites.net cloudfront.net".split()
)
_PUBLIC = frozenset("edu gob gouv gov gub int jus leg mil museum".split())  # states, schools, international bodies
# Linked to from anywhere, so a link there says nothing about who set it.
_COMMON = frozenset(
    # social networks, messengers and what shares to them
    "facebook.com fb.com fb.me fb.watch instagram.com threads.net threads.com x.com twitter.com t.co linkedin.com "
    "lnkd.in tiktok.com snapchat.com pinterest.com reddit.com redd.it bsky.app mastodon.social mastodon.online "
    "truthsocial.com vk.com ok.ru weibo.com whatsapp.com wa.me telegram.org telegram.me t.me signal.org discord.com "
    "discord.gg quora.com flickr.com flic.kr imgur.com giphy.com tenor.com gravatar.com linktr.ee addtoany.com "
    "sharethis.com addthis.com "
    # sound and pictures that move
    "youtube.com youtu.be youtube-nocookie.com vimeo.com dailymotion.com dai.ly twitch.tv rumble.com odysee.com "
    "peertube.tv spotify.com soundcloud.com bandcamp.com mixcloud.com anchor.fm spreaker.com ivoox.com buzzsprout.com "
    "libsyn.com simplecast.com podbean.com acast.com deezer.com "
    # knowledge, archives, documents, maps
    "wikipedia.org wikimedia.org wikidata.org wiktionary.org wikinews.org wikiquote.org archive.org archive.is "
    "archive.ph archive.today perma.cc britannica.com scribd.com issuu.com slideshare.net documentcloud.org "
    "academia.edu researchgate.net doi.org jstor.org arxiv.org ssrn.com nature.com science.org thelancet.com "
    "bmj.com plos.org springer.com sciencedirect.com wiley.com tandfonline.com sagepub.com cambridge.org oup.com "
    "scielo.org scielo.br redalyc.org biorxiv.org medrxiv.org pubmed.gov worldcat.org goodreads.com "
    "openstreetmap.org osm.org datawrapper.de dwcdn.net flourish.studio infogram.com statista.com "
    "ourworldindata.org genial.ly canva.com creativecommons.org github.com gitlab.com wordpress.org wordpress.com "
    "mozilla.org w3.org "
    # shops and services that news speak of or lean on
    "google.com goo.gl google.co.uk apple.com microsoft.com amazon.com amazon.co.uk amazon.es amazon.de amazon.fr "
    "bookshop.org zoom.us eventbrite.com eventbrite.co.uk meetup.com ticketmaster.com dropbox.com wetransfer.com "
    "mailchimp.com mailchi.mp list-manage.com substack.com medium.com wixsite.com surveymonkey.com typeform.com "
    "forms.gle airtable.com notion.so yahoo.com bing.com duckduckgo.com office.com live.com adobe.com cloudflare.com "
    # gifts and petitions
    "paypal.com paypal.me stripe.com donorbox.org gofundme.com justgiving.com kickstarter.com indiegogo.com "
    "patreon.com ko-fi.com buymeacoffee.com opencollective.com liberapay.com goteo.org verkami.com ulule.com "
    "crowdfunder.co.uk globalgiving.org givebutter.com actblue.com actionnetwork.org everyaction.com "
    "networkforgood.com secure.givelively.org givelively.org zeffy.com benfeitoria.com catarse.me apoia.se "
    "helloasso.com leetchi.com betterplace.org change.org avaaz.org openpetition.de openpetition.eu moveon.org "
    "38degrees.org.uk steadyhq.com memberful.com tipeee.com mercadopago.com mercadopago.com.ar "
    # newsrooms and agencies of many countries
    "reuters.com apnews.com afp.com efe.com dpa.com ansa.it tass.com xinhuanet.com prensa-latina.cu bbc.com bbc.co.uk "
    "cnn.com nytimes.com nyti.ms washingtonpost.com wapo.st wsj.com bloomberg.com ft.com economist.com theguardian.com "
    "independent.co.uk telegraph.co.uk thetimes.co.uk dailymail.co.uk mirror.co.uk sky.com channel4.com itv.com "
    "aljazeera.com aljazeera.net dw.com france24.com rfi.fr euronews.com npr.org pbs.org nbcnews.com cbsnews.com "
    "abcnews.go.com go.com foxnews.com usatoday.com latimes.com chicagotribune.com bostonglobe.com politico.com "
    "politico.eu axios.com vox.com slate.com salon.com theatlantic.com newyorker.com time.com newsweek.com forbes.com "
    "businessinsider.com cnbc.com fortune.com wired.com theverge.com techcrunch.com arstechnica.com vice.com "
    "buzzfeednews.com propublica.org theintercept.com motherjones.com thenation.com jacobin.com democracynow.org "
    "commondreams.org truthout.org counterpunch.org theconversation.com globalvoices.org opendemocracy.net "
    "bellingcat.com icij.org occrp.org pulitzercenter.org insideclimatenews.org grist.org mongabay.com "
    "foreignpolicy.com foreignaffairs.com cbc.ca theglobeandmail.com thestar.com abc.net.au smh.com.au theage.com.au "
    "rnz.co.nz nzherald.co.nz irishtimes.com rte.ie thehindu.com indianexpress.com scroll.in thewire.in dawn.com "
    "scmp.com japantimes.co.jp asahi.com nhk.or.jp straitstimes.com haaretz.com jpost.com timesofisrael.com "
    "middleeasteye.net elpais.com elmundo.es lavanguardia.com eldiario.es publico.es abc.es rtve.es elconfidencial.com "
    "elsaltodiario.com infobae.com clarin.com lanacion.com.ar pagina12.com.ar telam.com.ar perfil.com eltiempo.com "
    "elespectador.com semana.com eluniversal.com.mx jornada.com.mx milenio.com animalpolitico.com proceso.com.mx "
    "elcomercio.pe larepublica.pe rpp.pe latercera.com emol.com biobiochile.cl elmostrador.cl elpais.com.uy "
    "eldeber.com.bo la-razon.com lostiempos.com paginasiete.bo eldiario.net noticiasfides.com erbol.com.bo "
    "eluniverso.com elcomercio.com primicias.ec telesurtv.net granma.cu abc.com.py ultimahora.com prensalibre.com "
    "elfaro.net confidencial.digital nacla.org rebelion.org servindi.org globo.com uol.com.br folha.com.br "
    "estadao.com.br brasildefato.com.br agenciabrasil.ebc.com.br ebc.com.br cartacapital.com.br publico.pt rtp.pt "
    "lusa.pt expresso.pt lemonde.fr lefigaro.fr liberation.fr mediapart.fr leparisien.fr humanite.fr "
    "lesechos.fr francetvinfo.fr radiofrance.fr letemps.ch rts.ch swissinfo.ch lesoir.be rtbf.be spiegel.de zeit.de "
    "sueddeutsche.de faz.net taz.de tagesschau.de welt.de orf.at derstandard.at nzz.ch corriere.it repubblica.it "
    "ilpost.it internazionale.it nos.nl nrc.nl volkskrant.nl vrt.be svt.se dr.dk nrk.no yle.fi meduza.io "
    "kyivindependent.com pravda.com.ua allafrica.com mg.co.za dailymaverick.co.za nation.africa "
    # peoples and states together, and those who watch them
    "un.org who.int unesco.org unicef.org unhcr.org ohchr.org ilo.org fao.org wfp.org undp.org unep.org "
    "worldbank.org imf.org oecd.org wto.org oas.org paho.org cepal.org iadb.org caf.com europa.eu coe.int nato.int "
    "icc-cpi.int icrc.org redcross.org msf.org amnesty.org hrw.org oxfam.org greenpeace.org wwf.org "
    "transparency.org rsf.org cpj.org corteidh.or.cr ipcc.ch iea.org iucn.org gov.uk parliament.uk canada.ca gc.ca "
    "admin.ch bund.de bundestag.de elysee.fr senat.fr camara.leg.br".split()
)


def domain_of(url: str) -> str:
    """Return the name under which a site is registered: "news.partner.example" and "partner.example" are one site.

    On platforms the customer's name belongs to it ("someone.blogspot.com"). Roughly, without a list of all registries;
    an address without a host gives "".
    """
    labels = host_of(url).rstrip(".").split(".")
    if len(labels) < 3 or labels[-1].isdecimal() or ":" in labels[-1]:  # a name by itself, or an IP address
        return ".".join(labels)
    for size in (3, 2):
        if ".".join(labels[-size:]) in _PLATFORMS:
            return ".".join(labels[-size - 1 :])
    is_country = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3:] if is_country else labels[-2:])


def is_common(domain: str) -> bool:
    """Say whether everybody links to a domain: large networks, newsrooms, archives, states, schools."""
    return domain in _COMMON or not _PUBLIC.isdisjoint(domain.split(".")[-2:])


def find_domain(url: str, domains: Iterable[str]) -> str:
    """Return the first of `domains` that is an address's host or stands above it; "" for none."""
    host = host_of(url).rstrip(".")
    for domain in domains:
        bare = domain.lower().removeprefix("*.").removeprefix("www.").strip(".")
        if bare and (host == bare or host.endswith("." + bare)):
            return domain
    return ""
