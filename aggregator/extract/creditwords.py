"""The wordings of credit lines in English, Spanish, Portuguese and French.

Patterns are for folded text: small letters, no accents, `'` for every apostrophe. Each ends where the newsroom's name
begins. What counts as a credit, and whom it names, is `credit`'s business.
"""

from aggregator.models import CreditKind

_WHEN = (
    r"(?:,? (?:(?:on|in|el|em|le|en) )?(?:(?:(?:el|de|du|dia|the|[a-z]+day,?|[a-z]{3,9}) ){0,2}\d[\w ,/.-]{0,24}?|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?=,? (?:by|in|at|on|en|por|em|n[oa]|pel[oa]|par|dans|sur|chez) ),?)?"
)
_TO = r"(?:by|in|on|at|with|via)\b"
_TONGUE = r"(?: (?:en|em) (?:ingles|espanol|castellano|portugues|frances|anglais|espagnol|portugais|espanhol|su web))?"
_EN_DONE = r"(?:published|posted|appeared|printed|released|aired|issued|featured|shared|seen|ran|run)"
_EN_FIRST = r"(?:originally|first|initially|previously)"
_ES_DONE = r"(?:(?:publicad|aparecid|difundid|editad|divulgad|emitid)[oa]s?|publico|aparecio|aparece|difundio|salio)"
_ES_FIRST = (
    r"(?:originalmente|originariamente|inicialmente|primero|primeramente|antes|anteriormente|previamente|por "
    r"primera vez|"
    r"en primer lugar|de manera original|en primera instancia)"
)
_PT_DONE = r"(?:(?:publicad|veiculad|divulgad|postad)[oa]s?|apareceu|saiu|foi ao ar)"
_PT_FIRST = (
    r"(?:originalmente|originariamente|inicialmente|primeiro|primeiramente|antes|pela primeira vez|em primeira mao)"
)
_PT_TO = r"(?:em|n[oa]s?|por|pel[oa]s?|d[oa]s?)\b"
_FR_DONE = r"(?:(?:publie|parue?|diffuse|apparue?|edite|mise? en ligne|poste)e?s?)"
_FR_FIRST = (
    r"(?:initialement|a l'origine|d'abord|originellement|originalement|pour la premiere fois|une premiere fois|"
    r"en premier(?: lieu)?|auparavant|precedemment)"
)
_FR_TO = r"(?:par|dans|sur|chez|en|au|a)\b"
_FR_OF = r"(?:(?:de|du|des|depuis|a partir de|aupres de)\b|d')"
_PERMISSION = (
    r"(?:permission|consent|permiso|autorizacion|cortesia|gentileza|permissao|autorizacao|autorisation|accord)"
)

# It was there before it was here.
_ORIGINAL = (
    rf"{_EN_FIRST} {_EN_DONE}(?: (?:online|here|in print|in english|in spanish))?{_WHEN}(?: {_TO})?",
    rf"{_EN_DONE} (?:originally|first|initially|for the first time){_WHEN}(?: {_TO})?",
    r"originally ?:|originally (?:from|by|on|at|in|(?:written|produced|reported|commissioned) (?:for|by))\b"
    r"(?!.*, (?:s?he|they|now)\b)",
    r"(?:version|edition|part|excerpt)s? of (?:this|the) \w+ (?:was |has |were )?(?:also )?"
    rf"{_EN_DONE}{_WHEN} (?:by|in|on|at)\b",
    r"(?:the )?original (?:article|story|text|post|piece|report|version|publication|publisher|source|link)"
    r"(?: (?:is|was|can be (?:found|read)|appeared|published))? ?(?::|\b(?:by|in|on|at|from|of)\b)",
    r"(?:first|original) (?:publication|publisher|published|appearance)(?: (?:in|on|by))? ?:",
    rf"{_ES_DONE} {_ES_FIRST}{_TONGUE}{_WHEN} (?:en|por)\b",
    rf"{_ES_FIRST} (?:fue |se |ha sido )?{_ES_DONE}{_TONGUE}{_WHEN} (?:en|por)\b",
    r"(?:primera publicacion|publicacion original|(?:nota|articulo|texto|version|fuente|noticia|reportaje|entrevista|"
    r"cronica|enlace|link|columna) original)(?: (?:fue )?(?:publicad[oa]))? ?(?::|\b(?:de|del|en|por)\b)",
    rf"{_PT_DONE} {_PT_FIRST}{_TONGUE}{_WHEN} {_PT_TO}",
    rf"{_PT_FIRST} (?:foi )?{_PT_DONE}{_TONGUE}{_WHEN} {_PT_TO}",
    r"(?:primeira publicacao|publicacao original|(?:materia|artigo|texto|versao|fonte|noticia|reportagem|"
    r"entrevista|link|"
    rf"postagem|conteudo) original)(?: (?:foi )?publicad[oa])? ?(?::|{_PT_TO}|\bde\b)",
    rf"{_FR_DONE} {_FR_FIRST}{_TONGUE}{_WHEN} {_FR_TO}",
    rf"{_FR_FIRST} (?:ete |a ete |est )?{_FR_DONE}{_TONGUE}{_WHEN} {_FR_TO}",
    r"(?:premiere publication|publication originale|(?:article|texte|version|source|lien|reportage|entretien|"
    r"publication) (?:originale?|originelle))"
    rf"(?: (?:a ete )?publiee?)? ?(?::|{_FR_TO}|{_FR_OF})",
    r"original (?:de|en|em|no|na)\b",
    r"(?:(?:la|una|a|uma|une) )?(?:(?:primera|primeira|premiere) )?(?:version|versao)(?: original| originale| "
    r"mas larga|"
    r" mais longa| anterior)? (?:de|del|do|da|deste|desta|de cet|de cette) ?(?:este|esta|articulo|texto|cet|"
    r"cette)? ?\w* "
    r"(?:se publico|aparecio|salio|apareceu|saiu|est parue|a ete publiee|(?:fue|foi) publicada)(?: originalmente)? "
    r"(?:en|por|em|n[oa]|pel[oa]|dans|par|sur)\b",
    r"(?:premiere parution|primera aparicion|primeira aparicao) ?:",
)
# It was taken from there.
_TAKEN = (
    r"(?:syndicated|distributed|co-?published) (?:by|with)\b|picked up from\b|cross-?(?:published|posted) "
    r"(?:with|at|on)\b",
    r"(?:belongs to|is the property of|pertenece a|es propiedad de|pertence ao?|appartient a)\b",
    r"credit for this \w+ (?:goes|belongs) to\b",
    r"publicad[oa](?: aqui)? (?:bajo|sob) licen[cs]i?a (?:creative commons|cc)[\w ./-]{0,40} (?:por|de|do|da)\b",
    r"(?:re-?published|re-?printed|re-?posted|cross-?posted|cross-?published|reproduced|adapted|excerpted|syndicated|"
    r"shared|borrowed|taken|lifted|reblogged|distributed)(?: [\w',()/ -]{1,60}?)?? "
    r"(?:from|of|via|courtesy of|by (?:kind )?permission of|by arrangement with|by agreement with|thanks to)\b",
    rf"(?:used |shared |published |carried |run |posted )?(?:with|by) (?:the )?(?:kind |express |full )?{_PERMISSION} "
    r"(?:of|from|by)\b|by (?:special )?arrangement with\b|courtesy(?: of\b| ?:|(?= ))",
    r"published(?: here)? under (?:an? |the )?(?:creative commons|cc)[\w ./-]{0,40} (?:from|by)\b",
    r"(?:thank you|thanks|(?:our )?thanks (?:go )?|we thank|grateful) ?(?:to)? (?=[^.]{2,60} for (?:permission|sharing|"
    r"allowing|letting|this|the (?:article|story|text)))",
    r"(?:agradecemos|gracias|agradecimientos?|remerciements?|nous remercions|merci) ?(?:(?:a|al|aos?|aux?)\b)? "
    r"(?=[^.]{2,60} (?:(?:por|pour) (?:el permiso|la autorizacion|permitir|autorizar|compartir|este|esta|a permissao|a "
    r"autorizacao|l'autorisation|son autorisation|cet|cette|ce)|(?:el permiso|la autorizacion) (?:para|de)|pela "
    r"(?:permissao|autorizacao)) ?)",
    r"(?:appears? |runs? |published )?thanks to\b|(?:comes|came|is brought|is provided|was provided|provided|"
    r"supplied) (?:to (?:us|you) )?"
    r"(?:from|by|courtesy of|via)\b",
    r"(?:tomad|reproducid|republicad|extraid|retomad|recogid|replicad|compartid|copiad|rescatad|reposteado?|sacad|"
    r"adaptad|cedid|proporcionad)[oa]?s?(?: (?:con|bajo|integramente|textualmente|previa|gentilmente|aqui)"
    r"[\w ,]{0,60}?)?? (?:de|del|desde|por)\b",
    r"(?:una |por |es )?(?:cortesia|gentileza)(?: ?:| (?:del?|d[oa]s?)\b)",
    rf"(?:se (?:publica|reproduce|comparte)|publicad[oa]|reproducid[oa])? ?(?:con|por|bajo) (?:el |la |su )?"
    rf"(?:debid[oa] |amable |gentil |expres[oa] )?{_PERMISSION} del?\b",
    r"(?:reproducimos|republicamos|compartimos|retomamos|tomamos|publicamos) [^.:]{0,60}?\b(?:de|del|desde|"
    r"publicad[oa] "
    r"(?:en|por))\b",
    r"(?:reproduzimos|republicamos|compartilhamos|publicamos|retomamos) [^.:]{0,60}?\bpublicad[oa] "
    r"(?:em|n[oa]s?|por|pel[oa]s?)\b",
    r"(?:reproduzimos|republicamos|retomamos) [^.:]{0,60}?\bd(?:e|[oa]s?)\b(?! [^.]{0,60}\bpublicad[oa] )",
    r"(?:republicad|reproduzid|extraid|retirad|tirad|compartilhad|copiad|replicad|adaptad|repostad)[oa]s?"
    r"(?: (?:com|sob|na integra)[\w ,]{0,60}?)?? (?:de|d[oa]s?)\b",
    rf"(?:publicad[oa] |reproduzid[oa] )?(?:com|por) (?:a |o )?(?:devida |gentil |expressa )?{_PERMISSION} (?:de|"
    rf"d[oa]s?)\b",
    r"(?:gentilmente )?cedid[oa] (?:por|pel[oa])\b",
    rf"(?:reproduisons|republions|reprenons|partageons|relayons|publions) [^.:]{{0,60}}?\b(?:parue?|publiee?) {_FR_TO}",
    rf"(?:reproduisons|republions|reprenons|relayons) [^.:]{{0,60}}?\b{_FR_OF}(?! [^.]{{0,60}}\b(?:parue?|publiee?) )",
    r"(?:are )?(?:re-?publish|re-?print|re-?post|reproduc|cross-?post)(?:e|ing)? (?:here |below )?"
    r"(?:an?|the|this|his|her|their) (?:[\w-]+ ){0,2}(?:article|story|piece|post|text|report|interview|essay|column)\b"
    r"[^.:]{0,50}?\b(?:from|(?:first |originally )?(?:published|posted) (?:by|in|on|at))\b",
    rf"(?:repris|republie|reproduit|tire|extrait|emprunte|partage|relaye|recopie|issu)e?s?"
    rf"(?: (?:avec|ici|sous)[\w',() ]{{1,60}}?)?? (?:{_FR_OF}|(?:a|au)\b)",
    rf"avec (?:l'|la |son )(?:aimable |gracieuse )?{_PERMISSION} {_FR_OF}|(?:provient|nous vient) {_FR_OF}",
    rf"(?:courtoisie|gracieusete) {_FR_OF}",
)
# The article is there, too, or more of it.
_SOURCE = (
    r"(?:read|see|view|find|check out) (?:the |this )?(?:original|full|complete|entire|whole|rest of the)"
    r"(?: (?:article|story|post|piece|version|text|report|interview))?(?: here)? (?:at|on|in|by)\b",
    r"(?:(?:continue|keep) reading(?: this \w+| it)?|read (?:more of )?(?:it|this \w+)) (?:at|on|in)\b",
    r"(?:lea|lee|leer|ver|vea|siga leyendo|sigue leyendo|seguir leyendo|continue leyendo) ?"
    r"(?:(?:el|la|este|esta) (?:articulo|nota|texto|publicacion|reportaje|entrevista|version)"
    r"(?: (?:original|complet[oa]|integr[oa]))*)? (?:en|por)\b",
    r"(?:leia|ler|veja|ver|continue lendo|continuar lendo) ?"
    rf"(?:[oa] (?:artigo|texto|materia|reportagem|publicacao|versao)(?: (?:original|complet[oa]|integral))*)? {_PT_TO}",
    r"(?:lire|voir|lisez|retrouvez) ?(?:la suite|(?:l'article|le texte|l'entretien|cet article)"
    rf"(?: (?:original|complet|integral|en entier))*)(?: ici)? {_FR_TO}|(?:a )?lire en (?:integralite|entier) {_FR_TO}",
)
# It gave something, or wrote it together with us: no origin for that alone.
_HELPED = (
    r"(?:(?:jointly|together) )?(?:reported|produced|written|investigated|researched|developed)(?: jointly| together)? "
    r"(?:(?:in|as) (?:a )?(?:partnership|collaboration|conjunction|association) )?with\b|"
    r"(?:reporting|investigative) (?:partnership|collaboration) with\b|published jointly with\b|"
    r"jointly published (?:by|with)\b",
    r"(?:(?:realizad|elaborad|producid|escrit|investigad|hech)[oa]s? )(?:en (?:alianza|conjunto|colaboracion)|"
    r"conjuntamente|junto) (?:con|a)\b|publicad[oa]s? (?:en conjunto|conjuntamente|simultaneamente) (?:con|por)\b",
    r"(?:(?:realizad|elaborad|produzid|escrit|apurad|feit)[oa]s? )(?:em (?:parceria|conjunto|colaboracao)|"
    r"juntamente|junto) (?:com|a)\b|publicad[oa]s? (?:em conjunto|conjuntamente|simultaneamente) (?:com|por|pel[oa])\b",
    r"(?:(?:realisee?|menee?|produite?|ecrite?|redigee?)s? )(?:en (?:partenariat|collaboration|commun)|"
    r"conjointement) avec\b|publiee?s? (?:conjointement|simultanement) (?:avec|par)\b",
    r"(?:with |includes )?(?:additional |further )?(?:reporting|information|files|material|input|contributions?) "
    r"(?:by|from)\b",
    r"con (?:informacion|informaciones|datos|reportes?|informes?|aportes?|insumos|despachos?)(?: (?:e|y) \w+)? del?\b",
    r"com (?:informac(?:ao|oes)|dados|reportagem|colaboracao)(?: e \w+)? (?:de|d[oa]s?)\b",
    rf"avec (?:(?:les |des )?(?:informations?|depeches?)|l'appui|la contribution) {_FR_OF}|^\(?avec (?=[a-z])",
)
WORDINGS: tuple[tuple[CreditKind, str], ...] = (
    ("helped", "|".join(_HELPED)),
    ("original", "|".join(_ORIGINAL)),
    ("taken", "|".join(_TAKEN)),
    ("source", "|".join(_SOURCE)),
)
LABELS = (
    r"(?:original )?(?:sources?|fuentes?|fontes?|via|original|origen|origem|origine|procedencia|h/t|hat tip|link|"
    r"enlace|lien|url|medio|publisher|publicacion|publication|publicacao)"
    r"(?: (?:original|originale|originelle|y (?:foto|imagen)s?|and (?:photo|image)s?|e (?:foto|imagem)|et photos?))?"
    r"(?: (?:of this \w+|del articulo|de la (?:nota|informacion)|da informacao|"
    r"de l'information|del texto|da materia|do texto|de l'article|du texte))?"
)
COPYRIGHT = r"(?:©|copyright|\(c\)) *(?:©|\(c\))? *(?:\d{4}(?:-\d{4})?)?,? *(?:by )?"
# Without "originally" it must be said of this very article: "Artículo publicado en El Faro del Valle".
PLAIN = (
    r"(?:published|ran|appeared|posted|produced|written for|publicad[oa]|aparecio|"
    r"(?:produc|produz|difund|divulg|distribu)(?:id|ad)[oa]|saiu|"
    r"parue?|"
    r"publiee?|produite?)(?: el [^.]{4,30}?(?= (?:en|por) ))? "
    r"(?:in|by|on|at|en|por|em|n[oa]|pel[oa]|dans|par|sur|chez)\b"
)
NOUNS = (
    r"(?:article|story|piece|post|text|report|interview|essay|op-?ed|analysis|column|commentary|feature|dispatch|"
    r"investigation|review|content|material|translation|transcript|"
    r"articulo|texto|nota|reportaje|cronica|entrevista|columna|analisis|publicacion|noticia|informacion|investigacion|"
    r"trabajo|contenido|traduccion|informe|ensayo|artigo|reportagem|coluna|analise|materia|conteudo|ensaio|traducao|"
    r"publicacao|texte|tribune|entretien|enquete|reportage|analyse|chronique|billet|contenu|traduction|recit)s?"
)
# Words of lines that name a newsroom and say no more: whoever is named must be known. "Publicado por El Faro".
HINTS = frozenset(
    (
        "a adapted al an and anglais appeared aparecio aparecido article articulo articulos artigo artigos as at "
        "aus author "
        "autor autoria by chez collaboration con conteudo contenido content copied copiado coluna columna "
        "compartido courtesy "
        "credit credito creditos credits cronica d da dans de del desde des do du e el em en english entretien "
        "entrevista "
        "enviado enviada envoye es escrito espanol este esta et extrait first found fonte for frances from "
        "fuente here il in "
        "ingles interview la le leido les lido lien link los lu material materia medio merci na no nota noticia o o's "
        "original originale originally origem origen os par para parceria paru parue permission picked piece "
        "pour por portugues "
        "post posted produccion produced producido producao pubblicato publicacion publicada publicado "
        "publicacao published "
        "publie publiee read recibido report reportage reportagem reportaje reported reprinted republicado republicada "
        "republished reproduced repris seen sent shared source spotted story submitted sur tambien tekst text "
        "texte texto the "
        "is was fue foi publica publish publishes partnership alianza parceria partenariat colaboracion colaboracao se "
        "association asociacion this through took tomado tomada traducao traducido traduccion traduit traduite "
        "traduction traduzido "
        "translated "
        "translation un una une via visto vu vue web with written y"
    ).split()
) - {"tambien"}
# The line that WordPress ends every entry of its feeds with.
FOOTERS = (
    r"the (?:post|article)\b.*\b(?:appeared first|first appeared|was first published) on",
    r"(?:la entrada|el articulo|el cargo|la publicacion|la nota)\b.*\b(?:se publico primero|se publico por primera vez|"
    r"aparecio primero|aparece primero|primero) en",
    r"(?:o post|a postagem|o artigo|o conteudo|a materia)\b.*\b(?:apareceu primeiro|aparece primeiro|foi publicado "
    r"primeiro|primeiro) (?:em|no|na)",
    r"(?:l'article|cet article|le post)\b.*\b(?:est apparu|est paru|a ete publie|apparait)? ?en premier sur|"
    r"l'article\b.*\best apparu en premier sur",
)
# One of these stands in every line that the patterns above can match: looked for first, since most lines hold none.
STEMS = tuple(
    (
        "publicad|publish|publie|publico |publicou|publicac|publicamos|publica con|publica por|original|"
        "originelle|first|initial|previously|posted|repost|reprint|reprodu|repris|appear|apparai|appart|apparu|"
        "aparec|paru|saiu|salio|issued|difund|divulg|veicul|diffus|source|fuente|fonte|via|courtes|courtoisie|"
        "cortes|gentil|permiss|permiso|autori|accord|consent|arrangement|agreement|syndic|distributed|co-pub|"
        "copubli|cross-|crosspost|shared|borrowed|taken|lifted|reblog|excerpt|picked up|adapt|provided|supplied|"
        "thanks|thank you|we thank|grateful|gracias|agradec|merci|comes|came from|came to|brought|tomad|tirad|"
        "tire de|tire du|extraid|extrait|extracto|retomad|retomamos|recogid|replicad|compartid|compartimos|"
        "compartilhad|copiad|rescatad|sacad|cedid|proporcionad|tomamos|retirad|emprunt|partage|relay|recopi|issu|"
        "provient|vient|pertene|pertence|belongs|property of|propiedad|appartient|gracieuse|credit|full |complet|"
        "entire|whole|rest of the|reading|read it|read this|read more of|lea |lee |leer |leyendo|leia |ler |lendo|"
        "lire |lisez|retrouv|voir |ver el|ver la|ver en|ver o |ver a |ver no|ver na|vea |veja |informac|informaci|"
        "information|reporting|additional|datos|dados|reportes|informes|despacho|avec |depeche|h/t|hat tip|link|"
        "enlace|lien|url|medio|procedencia|origem|origen|origine|©|copyright|(c)|produced|producid|produzid|"
        "produite|written for|premiere|primera|primeira|primer|version|versao|ran in|ran on|aired|featured|"
        "printed|released|contribution|rights|derechos|direitos|droits|republi|reprint|reproduc|reported |jointly|"
        "written |investigated |developed |elaborad|realizad|conjunt|conjoint|partenariat|"
        "parceria|donde|onde |where|which"
    ).split("|")
)
