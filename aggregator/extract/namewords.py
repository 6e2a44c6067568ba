"""The words that bylines are told apart by, in English, Spanish, Portuguese and French; folded (no case, no accents).

Data only: `names` says how each list is used. A newsroom whose name looks like a person's is best added to AGENCIES.
"""

# Signatures that name nobody at all.
NOBODY = frozenset(
    (
        "a correspondent, a redacao, a staff reporter, a staff writer, admin, administrador, administrateur, "
        "administrator, agences, agencias, agencias y redaccion, agencies, agency reports, anonimo, anonyme, "
        "anonymous, auteur, author, autor, autor invitado, colaborador, colaboradora, colaboradores, comite de "
        "redaction, comunicacao, comunicacion, comunicaciones, consejo editorial, conselho editorial, "
        "contributor, contributors, convidado, correspondent, correspondente, corresponsal, da redacao, default, "
        "desk, editor, editorial, editorial board, editorial desk, editorial staff, editorial team, editors, "
        "enviado especial, envoye special, equipe, equipe de redacao, equipe de redaction, equipe editorial, "
        "equipo, equipo de redaccion, equipo editorial, equipo web, from our correspondent, guest, guest author, "
        "guest contributor, guest writer, imprensa, invitado, la redaccion, la redaction, mesa de redaccion, "
        "moderator, news desk, news staff, news team, newsdesk, newsroom, no author, nobody, none, nossa redacao, "
        "notre correspondant, nuestra redaccion, nuestro corresponsal, our correspondent, our reporter, prensa, "
        "redacao, redacao e agencias, redaccion, redaccion agencias, redaccion central, redaccion digital, "
        "redaccion web, redaccion y agencias, redaction, redactor, reporter, root, site, site admin, site "
        "administrator, sitio, special correspondent, staff, staff and agencies, staff reporter, staff reporters, "
        "staff writer, staff writers, super admin, team, the editors, unknown, user, usuario, web, web desk, web "
        "editor, web master, web team, webmaster, wire services, wires, wordpress"
    ).split(", ")
)

# News agencies and newsrooms that no other rule would know.
AGENCIES = frozenset(
    (
        "abi, afp, agence france presse, agence france-presse, agencia, agencia boliviana de informacion, agencia "
        "brasil, agencia efe, agencia lusa, al jazeera, alainet, aljazeera, andina, anf, ans, ansa, ap, apf, "
        "associated press, bbc, bloomberg, brasil de fato, brasil wire, cnn, common dreams, cubadebate, democracy "
        "now, democracy now!, deutsche welle, dpa, dw, efe, erbol, europa press, global voices, green left, inter "
        "press service, ips, lusa, midia ninja, mother jones, notimex, npr, open democracy, pagina siete, pbs, "
        "people's world, peoples dispatch, pl, prensa latina, press association, pressenza, radio france, "
        "rebelion, red nation, resumen latinoamericano, reuters, rt, rtve, sputnik, tass, telam, telesur, telesur "
        "english, thomson reuters, upi, xinhua"
    ).split(", ")
)

# Words that newsrooms and organisations are called by, and people hardly ever.
NEWSROOM_WORDS = frozenset(
    (
        "action actu agencia agency alianza alliance ambassade amigos amis asociacion associacao association blog "
        "boletin books brasil bulletin cadena campagne campaign campana campanha canal center centre centro "
        "chaine channel chronicle coalicion coalition coalizao colectivo coletivo collaborative collectif "
        "collective comite committee confederacion conseil consejo conselho coordinadora correio council courier "
        "daily diario digital dispatch editores editorial embajada embassy emisora equipe equipo federacao "
        "federacion federation films folha fondation foro forum foundation friends fundacao fundacion gaceta "
        "gazeta gazette gobierno gouvernement government group groupe grupo guardian hebdo hebdomadaire herald "
        "imprensa info informativo informe infos iniciativa initiative institute instituto internacional "
        "international investigacion jornal journal magazine media ministere ministerio ministry monitor "
        "mouvement movement movimento movimiento nacional national network news newspaper newswire noticia "
        "noticias nouvelles observatoire observatorio observatory observer online parti partido party periodico "
        "pesquisa podcast post prensa press presse productions project projet projeto proyecto publishers "
        "publishing quotidien radio recherche red rede report reporter reports research reseau review revista "
        "revue semanario service services sindicato sociedad sociedade societe society solidaridad solidariedade "
        "solidarite solidarity studio syndicat team telegraph television times today tribune tv union universidad "
        "universidade universite university voces voice voices voix voz vozes watch weekly wire workers"
    ).split()
)

GIVEN_NAMES = frozenset(
    (
        "aaron abel abigail adam adela adolfo adrian adriana agnes agustin aitor alain alan alba albert alberto "
        "alejandra alejandro alex alexander alexandra alexandre alfonso alfredo alice alicia aline alison alvaro "
        "amanda amelia amy ana anais andre andrea andreas andres andrew andy angel angela angelica angelo anita "
        "anna anne annie anthony antoine antonia antonio ariel armando arthur arturo augusto aurelie aymeric "
        "barbara beatriz ben benedicte benjamin benoit bernard bernardo bertrand beth betty bianca blanca bob "
        "boris brenda brian bruno camila camille carla carlos carmen carol carolina caroline catalina caterina "
        "catherine cecilia celia celine cesar charles charlotte chloe chris christian christina christine "
        "christopher claire clara claude claudia claudio colin cristian cristina cynthia damien dan daniel "
        "daniela daniele danielle dario dave david deborah delphine denis dennis diana diane didier diego dolores "
        "dominique donald dora doris dylan edgar edith eduardo edward edwin elena eliana elias elisa elizabeth "
        "ella ellen elodie elsa elvira emilia emilie emilio emily emma emmanuel enrique eric erica ernesto "
        "esteban esther eugenia eugenio eva evelyn evo ewan fabian fabien fabio federico felipe felix fernanda "
        "fernando fidel flavia flavio flora florence florencia francesca francis francisca francisco franck "
        "francois francoise frank fred freddy frederic gabriel gabriela gael gary genevieve george georges gerald "
        "gerard gerardo german gilberto gilles gina giovanni gisela giuseppe gloria gonzalo grace graciela graham "
        "greg gregory guadalupe guido guilherme guillaume guillermo gustavo guy harold harry hector heidi helen "
        "helena helene henri henrique henry herve hilda hugo ian ignacio igor ines ingrid inti irene iris isaac "
        "isabel isabelle ismael ivan jack jacqueline jacques jaime jake james jan jane janet jason javier jean "
        "jeff jennifer jeremy jerome jesse jessica jesus jill jim joan joana joao joaquin joe joel joelle john "
        "jon jonathan jordan jorge jose josefina joseph joshua juan juana judith julia julian juliana julie "
        "julien julieta julio justin karen karina karl kate katherine kathleen katie keith kelly ken kenneth "
        "kevin kim laetitia lara laura laure laurence laurent lea leandro leila lena leo leon leonardo leonor "
        "leticia liam lidia lilian liliana linda lisa lorena lorenzo lou louis louise luc luca lucas lucia "
        "luciana luciano lucie lucy luis luisa luiz luke lydia madeleine magali maite manuel manuela marc marcela "
        "marcelo marcia marco marcos marcus margaret margarita maria mariana marianne maribel marie marina mario "
        "marion marisa marisol mark marta martha martin martina martine mary mateo mateus mathieu matias matt "
        "matthew maud maura maurice mauricio max maxime maya medea megan melanie melissa mercedes michael michel "
        "michele michelle miguel mike mireille miriam moises monica monique muriel nadia nadine nancy naomi "
        "natalia natalie nathalie nathan nayra neil nelson nestor nicholas nick nicolas nicole nina noah noam "
        "noel noelia nora norma octavio olga oliver olivia olivier omar oriana oscar pablo pamela paola pascal "
        "pascale patrice patricia patricio patrick paul paula paulina pauline paulo pedro penelope perla pete "
        "peter phil philip philippe pierre pilar rachel rafael ramiro ramon raquel raul ray raymond rebeca "
        "rebecca regina remi renata renato rene ricardo richard rita robert roberta roberto robin rocio rodolfo "
        "rodrigo roger roland rolando romain roman ron rosa rosario rose rosemary roxana ruben ruth ryan sabina "
        "sabine sabrina sally salvador sam samantha samuel sandra santiago sara sarah scott sean sebastian "
        "sebastien serge sergio sharon sheila silvia simon simone sofia sonia sophia sophie stefan stella "
        "stephane stephanie stephen steve steven sue susan susana suzanne sylvia sylvie tania tara tatiana ted "
        "teresa terry thais theo theresa thiago thierry thomas tiago tim timothy tina tobias tom tomas tony tracy "
        "tupac ursula valentin valentina valeria valerie vanessa vera veronica veronique vicente victor victoria "
        "vincent violeta virginia virginie viviana vladimir walter wanda wendy wilfredo william wilma wilson "
        "xavier ximena yann yara yolanda yves yvonne zoe"
    ).split()
)

# Where an article was written; alone after a comma it is no newsroom.
PLACES = frozenset(
    (
        "argentina, asuncion, barcelona, beijing, berlin, bogota, bolivia, brasilia, brazil, bruselas, brussels, "
        "bruxelles, buenos aires, caracas, chile, ciudad de mexico, cobija, cochabamba, colombia, costa rica, "
        "cuba, cusco, ecuador, el alto, el salvador, england, espana, france, francia, geneva, geneve, ginebra, "
        "guatemala, guayaquil, habana, havana, honduras, la habana, la paz, la paz bolivia, lima, lisboa, lisbon, "
        "london, londres, madrid, managua, medellin, mexico, mexico city, montevideo, moscow, new delhi, new "
        "york, nicaragua, nueva york, oruro, panama, paraguay, paris, peru, porto alegre, portugal, potosi, "
        "quito, rio, rio de janeiro, roma, rome, san jose, san salvador, santa cruz, santa cruz de la sierra, sao "
        "paulo, scotland, spain, sucre, tarija, tegucigalpa, trinidad, united kingdom, united states, uruguay, "
        "valparaiso, venezuela, vienna, washington"
    ).split(", ")
)

# Offices: "Tim Young, editor".
ROLES = frozenset(
    (
        "abogada abogado activist activista advogada advogado analista analyst anthropologist antropologo "
        "ativista author avocat avocate candidate chercheur chercheuse chief chroniqueur chroniqueuse co-founder "
        "colaborador colaboradora columnist columnista colunista contributor coordenador coordenadora coordinador "
        "coordinator correspondant correspondante correspondent correspondente correspondents corresponsal "
        "corresponsales deputada deputado depute deputee deputy diputada diputado directeur director directora "
        "directrice diretor diretora docente economist economista economiste ecrivain editor editora editors "
        "enviada enviado envoye envoyee escritor escritora estudiante ex executive former founder freelance "
        "fundador fundadora guest historiador historiadora historian historien historienne independent intern "
        "investigador investigadora jornalista jornalistas journalist journaliste journalistes journalists lawyer "
        "lecturer ma md member miembro militant militante minister ministra ministro msc periodista periodistas "
        "pesquisador pesquisadora ph.d phd photographer poet poeta politologa politologo president presidenta "
        "presidente profesor profesora professeur professor professora redacteur redactor redactora redactrice "
        "reporter reportera reportero reporters researcher senador senadora senator sociologa sociologist "
        "sociologo staff student teacher writer writers"
    ).split()
)

# Patterns, for names that hold a newsroom: "El Faro staff", "editor of El Faro".
STAFF = (
    r"staff(?: writers?| reporters?)?|admin|editors?|team|editorial (?:team|board|staff)|newsroom|news ?desk|news team|"
    r"web ?desk|redacci[oó]n|redação|rédaction|equipo editorial|equipo de redacci[oó]n|equipe editorial|"
    r"equipe de redação|équipe de rédaction"
)
JOURNALISTS = (
    r"(?:staff |special |senior |political )?(?:correspondent|reporter|writer|journalist)|"
    r"(?:chief |deputy |managing )?editor|"
    r"periodista|corresponsal|redactora?|editora?|enviad[oa] especial|reporter[oa]|jornalista|correspondente|repórter|"
    r"journaliste|correspondante?|rédact(?:eur|rice)|envoyée? spéciale?"
)

PARTICLES = frozenset("al bin da das de del della den der des di do dos du e el ibn la las le los st van von y".split())
CONNECTIVES = PARTICLES | frozenset(
    (
        "a and as at com con dans em en et for from in les na no o of on os par para por pour sur the to un una "
        "und with"
    ).split()
)
TITLES = frozenset("dr dra ing lic mr mrs ms mtra mtro prof profa sr sra".split())

# Capitalised in headings ("By Popular Demand"), and never in a name.
NO_NAMES = frozenset(
    (
        "accident ahora all any chance comparison contrast contre default definition demand design ejemplo end "
        "eso esto every exemple far favor fin invitation land law means necessary now numbers only otra otro "
        "patria sea siempre supuesto tanto"
    ).split()
)
LABELS = frozenset(
    (
        "analise analisis analyse analysis chronique column columna coluna comment commentary cronica editorial "
        "entretien entrevista essay exclusive exclusivo feature features interview news nota noticias opiniao "
        "opinion published report reportage reportagem reportaje review tribune updated"
    ).split()
)
DATE_WORDS = frozenset(
    (
        "a abr abril actualizado ago agosto am aout apr april as at atualizado aug august avril ayer de dec "
        "december decembre del dezembro dic diciembre dimanche domingo el em en ene enero er est feb febrero "
        "february feira fevereiro fevrier fri friday gmt h hoje hoy hrs jan janeiro january janvier jeudi jour "
        "jueves juillet juin jul julho julio july jun june junho junio las last le lectura lecture leitura lundi "
        "lunes mai maio mar march marco mardi mars martes marzo may mayo mercredi miercoles min mins minute "
        "minutes minutos mis modifie mon monday nd nov november novembre novembro noviembre oct october octobre "
        "octubre of on ontem outubro pm posted publicado publie published quarta quinta rd read sabado samedi sat "
        "saturday segunda sep sept september septembre septiembre setembro setiembre sexta st sun sunday terca th "
        "the thu thursday today tue tuesday updated utc vendredi viernes wed wednesday yesterday"
    ).split()
)
