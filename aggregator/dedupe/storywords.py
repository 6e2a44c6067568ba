"""Words that many reports hold, by language: what stands in for counted frequencies while a store is young.

Estimated, not counted: the words of grammar stand in most reports, those of the trade in one of ten. As stems, the way
`story` makes them.
"""

from collections.abc import Mapping

_GRAMMAR = 0.6  # of the documents
_TRADE = 0.1


def _stems(words: str) -> list[str]:
    return [word[:7].rstrip("s") for word in words.split()]


def _table(grammar: str, trade: str) -> Mapping[str, float]:
    return dict.fromkeys(_stems(trade), _TRADE) | dict.fromkeys(_stems(grammar), _GRAMMAR)


COMMON: Mapping[str, Mapping[str, float]] = {
    "en": _table(
        "a about after all also an and any are as at be because been before being between both but by can could did do "
        "does down during each for from had has have he her here him his how if in into is it its just last like "
        "made make "
        "many may more most much must new no not now of off on one only or other our out over own said same say "
        "says she "
        "should since so some still such than that the their them then there these they this those through to told two "
        "under until up us very was we were what when where which while who whose why will with would year years you",
        "according announced area attack ban call called calls case cases centre chief children city claims close come "
        "company council country court crisis day days dead deal death decision demand demands deputy director "
        "early end "
        "family federal find first five foreign four general government group groups head held help high home "
        "hours house "
        "human hundreds international killed known late law lead leader leaders left local long march meeting member "
        "members million minister ministry month months morning nation national news night number office "
        "officials open "
        "opposition part party people place plan police policy political power president press protest "
        "protesters public "
        "report reported residents right rights second security set several show since six social south state "
        "statement "
        "street support take ten thousands three time today town union used vote war water way week weeks west "
        "woman women "
        "work workers world yesterday north east monday tuesday wednesday thursday friday saturday sunday "
        "january february "
        "april june july august september october november december",
    ),
    "es": _table(
        "a al ante antes asi aun aunque cada como con contra cual cuando de del desde donde dos durante e el "
        "ella ellos en "
        "entre era es esa ese eso esta estan estas este esto estos fue fueron ha habia han hasta hay la las le "
        "les lo los mas "
        "me mi mientras muy ni no nos o otra otras otro otros para pero poco por porque que quien se sea segun "
        "ser si sido sin "
        "sobre solo son su sus tambien tan te tiene tienen toda todas todo todos tras tres un una uno unos y ya "
        "dijo anos ano "
        "parte luego",
        "acuerdo agua alcalde anuncio autoridades ayer barrio cada caso central centro ciudad comunidad "
        "comunidades congreso "
        "corte crisis cuatro debate decision derecho derechos desarrollo dia dias dirigente director domingo "
        "empresa equipo "
        "estado familia familias federal fin gobierno grupo hombre hora horas hoy jueves justicia ley local "
        "lugar lunes marcha "
        "martes mayor mejor mes meses miembros miercoles mil millones ministerio ministro mujer mujeres mundo "
        "municipal "
        "nacion nacional noche norte nueva nuevo numero oposicion organizacion organizaciones pais paises "
        "partido paro personas "
        "plan poblacion policia politica politico presidenta presidente primer primera problema protesta pueblo "
        "region sabado "
        "salud sector seguridad semana semanas senalo sindicato sistema situacion social sur tiempo trabajadores "
        "trabajo vecinos "
        "vez viernes vida zona enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
        "diciembre",
    ),
    "pt": _table(
        "a ainda ao aos apos as ate com como contra da das de depois desde disse do dos e ela ele eles em entre "
        "era essa esse "
        "esta estao este foi foram ha isso ja mais mas me mesmo muito na nas nem no nos nossa num o onde os ou "
        "para pela pelas "
        "pelo pelos por porque quando que quem se sem ser seu seus sua suas so sobre tambem tem tem tinha toda "
        "todos tres um "
        "uma umas vai anos ano dois duas segundo",
        "acordo agua autoridades bairro camara capital caso centro cidade cidades comunidade congresso contra "
        "crise decisao "
        "deputados dia dias direito direitos domingo empresa equipe estado estados familia familias federal fim "
        "governo "
        "governador greve grupo hoje hora horas justica lei local lula manha marcha mes meses milhoes ministerio "
        "ministro "
        "moradores mulher mulheres mundo municipal municipio nacional noite norte nova novo numero ontem "
        "organizacao pais "
        "partido pessoas plano policia politica populacao prefeito prefeitura presidente primeira primeiro "
        "projeto protesto "
        "publica regiao reuniao sabado saude segunda seguranca semana sexta sindicato social sul tarde tempo "
        "terca trabalho "
        "trabalhadores vez vida zona janeiro fevereiro marco abril maio junho julho agosto setembro outubro "
        "novembro dezembro",
    ),
    "fr": _table(
        "a ai alors apres as au aussi autre autres aux avait avant avec avoir c ce cela ces cet cette ceux chez "
        "comme contre d "
        "dans de depuis des deux dit donc dont du elle elles en encore entre est et etaient etait ete etre eux "
        "fait faire il ils "
        "j je jusqu l la le les leur leurs lors lui mais me meme moins n ne ni non nos notre nous on ont ou par "
        "pas pendant peu "
        "plus pour puis qu quand que qui s sa sans se selon ses si son sont sous sur tous tout toute trois tres "
        "un une vers "
        "vont ans annee",
        "accord affaire annonce appel association aujourd autorites centre chef cinq conseil cour crise debut "
        "decision depute "
        "deputes dernier derniere dimanche directeur droit droits eau etat etats famille familles femme femmes "
        "fin fois force "
        "general gouvernement greve groupe habitants heure heures hier homme hommes international jeudi jour "
        "jours juge justice "
        "loi lundi maire maison manifestation manifestants mardi marche matin membres mercredi million millions "
        "ministere "
        "ministre mois monde mort national nationale nord nouveau nouvelle nuit ouest parti pays personnes plan "
        "plusieurs point "
        "police politique premier premiere president projet public quartier quatre question region rue samedi "
        "sante securite "
        "semaine semaines service social soir sud syndicat syndicats temps travail travailleurs vendredi vie "
        "ville janvier "
        "fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    ),
}
