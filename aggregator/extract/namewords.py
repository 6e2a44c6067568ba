"""The words that bylines are told apart by, in English, Spanish, Portuguese and French; folded (no case, no accents).

Data only: `names` says how each list is used.
"""

# Signatures that name nobody at all.
NOBODY = frozenset(
    (
        "a correspondent, admin, admin1, admin2, administrador, administrateur, administrator, administrator1, "
        "agence, agences, agencia, agencia de noticias, agencias, agencias internacionales, agencias y redaccion, "
        "agencies, agency reports, all authors, anonimo, anonyme, anonymous, ascom, assessoria, assessoria de "
        "imprensa, auteur, author, author unknown, authors, autor, autor desconocido, autor invitado, autor/a, "
        "autores, bureau, by staff, cms, colaboracion, colaborador, colaborador externo, colaboradora, "
        "colaboradores, collectif, comite de redaction, comunicacao, comunicacion, comunicaciones, con informacion "
        "de agencias, consejo editorial, conselho editorial, contenido, content team, contribuicao, contributor, "
        "contributors, convidado, correspondance particuliere, correspondent, correspondente, correspondents, "
        "corresponsal, de notre correspondant, de nuestra redaccion, default, department of communications, divers, "
        "editor-in-chief, editor1, editoria, editorial board, editrice, eds, enviado especial, enviados especiales, "
        "envoye special, equipo periodistico, externe, from our correspondent, from staff reports, gabinete de "
        "prensa, gastbeitrag, guest, guest author, guest blogger, guest columnist, guest contributor, guest post, "
        "guest writer, imprensa, info, invitado, invites, journaliste, kollektiv, la direction, le comite de "
        "redaction, mais de um autor, medios, mesa de redaccion, moderator, multiple authors, n/a, na, news "
        "agencies, news agency, news service, newsdesk, no author, nobody, none, nossa redacao, notre correspondant, "
        "notre redaction, nuestra redaccion, nuestro corresponsal, null, oficina de prensa, online-redaktion, our "
        "correspondent, our special correspondent, periodista, por redaccion, post author, postmaster, prensa, "
        "prensa y comunicacion, press office, press release, publisher, redacao e agencias, redaccion & agencias, "
        "redaccion agencias, redaccion con agencias, redaccion con informacion de agencias, redaccion y agencias, "
        "redaccion y efe, redactor, redator, reporteros, root, service de presse, several authors, site, site admin, "
        "site administrator, siteadmin, sitio, social media, special correspondent, staff and agencies, staff and "
        "news agencies, staff and wire reports, staff and wires, staff correspondent, staff report, staff reports, "
        "super admin, super user, superuser, support, syndicated, syndication, sysadmin, tech team, test, the "
        "editorial board, tribune collective, un collectif, undefined, unknown, user, usuario, varios, varios "
        "autores, various, various authors, web, web admin, web master, webmaster, webredaktion, wire, wire reports, "
        "wire service, wire services, wires, wordpress, wp admin, wp-admin, wp_admin, wpadmin, редакция"
    ).split(", ")
)

# Signatures made of these alone, one of the first among them, name nobody either: "Rédaction web".
STAFF_WORDS = frozenset(
    (
        "desk editor editores editorial editors equipe equipo newsroom redacao redaccion redaction redaktion "
        "redazione reporter reporters staff team writer writers"
    ).split()
)
DESK_WORDS = STAFF_WORDS | frozenset(
    (
        "a and central cultura culture da das de del deportes der die digital du economia economie el esportes "
        "general geral internacional international la le local multimedia mundo nacional national news o of online "
        "our pais politica politics politique service sport sports the video web world y"
    ).split()
)

# News agencies and newsrooms that no other rule would know.
AGENCIES = frozenset(
    (
        "aa, aap, abi, abya yala digital, afp, afp factuel, afpbb, agence france presse, agence france-presse, "
        "agencia, agencia aleph, agencia boliviana de informacion, agencia brasil, agencia efe, agencia lusa, "
        "agencia publica, agencia pulsar, agencias efe, agerpres, al jazeera, alainet, aljazeera, aman, anadolu, "
        "anadolu agency, andina, anf, anf noticias, ans, ansa, ap, ap news, apa, apcom, apf, ard, associated press, "
        "ats, bbc, bbc brasil, bbc mundo, bbc news, bbc news brasil, belga, bernama, bloomberg, bnn, br24, brasil de "
        "fato, brasil wire, brujula digital, canadian press, carta capital, cna, cnbc, cnn, cnn brasil, colombia "
        "informa, common dreams, cp, ctk, cubadebate, dapd, democracy now, democracy now!, der spiegel, der "
        "standard, deutsche welle, die welt, die zeit, dpa, dpa-afx, dpa-infocom, dw, ecologist, economist, efe, efe "
        "agro, efeverde, el pais, epd, erbol, erbol digital, estadao conteudo, europa press, europapress, "
        "folhapress, france 24, france info, france inter, g1, global voices, green left, ians, infobae, insight "
        "crime, inter press service, interfax, ips, itar-tass, jiji press, keystone-sda, kna, kyodo, kyodo news, la "
        "jornada, le monde, liberation, lusa, mena, midia ninja, mother jones, n-tv, noticias onu, notimex, npr, "
        "ntb, ntv, ojo publico, onu, open democracy, pa, pa media, pagina 12, pagina siete, pagina/12, paris match, "
        "pbs, people's world, peoples dispatch, pl, prensa latina, press association, press trust of india, "
        "pressenza, pti, radio france, rebelion, red nation, reporter brasil, resumen latinoamericano, reuters, rfi, "
        "ria novosti, ritzau, rnz, rt, rtve, sapa, sda, sid, sipa, spiegel online, sputnik, stt, swissinfo, "
        "t-online, tagesschau, tass, telam, telesur, telesur english, the canadian press, the conversation, the "
        "ecologist, the economist, this is africa, thomson reuters, thomson reuters foundation, tt, un news, unicef, "
        "univision, uol, upi, vatican news, voa, voice of america, wafa, wire, xinhua, yonhap, zdf, zeit online, "
        "интерфакс, риа новости, тасс"
    ).split(", ")
)

# Words that newsrooms and organisations are called by, and people hardly ever.
NEWSROOM_WORDS = frozenset(
    (
        "acao acervo action actu advocates agencia agency agriculture akademie alianza alliance ambassade amici "
        "amigos amis anuario anzeiger arbeiterkreis archiv archive argus arts asamblea asociacion assemblee "
        "assembleia associacao association authority beacon blatt blog blogue board boletin books brasil briefing "
        "brigade broadcasting bulletin bureau buro cadena campagne campaign campana campanha canal caucus cbc center "
        "centrale centre centro cercle chaine channel chequea chronicle citizens cloud club clube coalicion "
        "coalition coalizao colectivo colegio coletivo collaborative collectif collective college comision comissao "
        "comite commission committee commons commune communities community company comunica comunidad comunidade "
        "conectas confederacion congreso congress congresso conseil consejo conselho consortium coop cooperativa "
        "cooperative coordinadora corp corporation correio correo correspondent council courier cronicas cultura "
        "culture daily defenders defensoria democracia desk despacho diario digital diplomatique direction dispatch "
        "domani ecologistas economist editor's editora editores editorial editors eglise embajada embassy emisora "
        "enterprise equipe equipo escola escuela espanol evening examiner explorer express federacao federacion "
        "federation feminist feminista feministas festival films financial folha folk fondation foro forum "
        "foundation friends fundacao fundacion fundacja gac gaceta gazeta gazette gazzetta globe gobierno "
        "gouvernement government grito group groupe grupo guardian hebdo hebdomadaire herald herold hub humanidad "
        "iglesia igreja imprensa inc index indymedia info informacion information informativo informe infos ingles "
        "iniciativa initiative inquirer institute instituto intelligencer internacional international internationale "
        "internet investigacion jornal jornalismo journal journalism journalisme journalismus junta kollektiv kurier "
        "lab laboratoire laboratorio lawyers league liga ligue llc ltd mag magazin magazine mail maison media "
        "mercurio mercury minga ministere ministerio ministry mirror monde monitor mothers mouvement movement "
        "movimento movimiento musee museo museum nachrichten nacional nation national network news newsletter "
        "newspaper newsroom newswire noticia noticias notiziario nouvelles nuova obrero observador observatoire "
        "observatorio observatory observer ong online organisation organizacao organizacion organization palavras "
        "parti partido partnership party patriot pen periodico periodismo pesquisa peuple plataforma plateforme "
        "platform podcast portal portugues post prensa presidencia presidency press presse productions program "
        "programme project projet projeto proyecto publication publications publishers publishing pueblos quarterly "
        "quotidien radio recherche red redacao redaction redaktion redazione rede regierung register report reporter "
        "reports research reseau review revista revue rights rundfunk rural secretaria semanario sentinel service "
        "services sindical sindicato sociedad sociedade societe society solidaridad solidariedade solidarietat "
        "solidarite solidarity sozialistische spectator stampa standard studio syndicat tageblatt taz team telegraph "
        "telesur television tidende times today trabajadores trabalhadores tribuna tribune trust tv unidad union "
        "universidad universidade universitat universite university verein verifica verlag vigil voces voice voices "
        "voix voz vozes warte watch webzine weekly wiki wire woche workers xinhua zeitung zentrum агентство газета "
        "новости редакция"
    ).split()
)

# Where an article was written; alone after a comma it is no newsroom.
PLACES = frozenset(
    (
        "abidjan, abu dhabi, abuja, accra, achacachi, addis ababa, africa, algeria, algiers, altamira, amazonas, "
        "ambato, amiens, amman, amsterdam, angers, ankara, antananarivo, antofagasta, anvers, aracaju, arequipa, "
        "argentina, arica, asmara, astana, asuncion, athenes, athens, atlanta, auckland, austria, avignon, ayacucho, "
        "bagdad, baghdad, bahia, baku, bamako, bamenda, bangkok, bangui, banjul, barcelona, barquisimeto, "
        "barranquilla, basel, beijing, beira, beirut, belem, belfast, belgique, belgium, belgrade, belo horizonte, "
        "benguela, berlin, bern, berne, beyrouth, bilbao, bissau, boa vista, bogota, bogota d.c., bolivia, bombay, "
        "bordeaux, boston, braga, brasilia, bratislava, brazil, brazzaville, brest, bristol, bruessel, bruselas, "
        "brussel, brussels, bruxelles, bucaramanga, bucharest, budapest, buenaventura, buenos aires, bujumbura, "
        "burkina faso, caba, caen, cairo, calcutta, cali, cameroun, camiri, campinas, campo grande, canada, "
        "canberra, cape town, caracas, cardiff, cartagena, casablanca, catalunya, cayenne, cdmx, ceara, charleroi, "
        "chennai, chicago, chiclayo, chihuahua, chile, china, chuquisaca, ciudad de guatemala, ciudad de mexico, "
        "ciudad de panama, cobija, cochabamba, coimbra, colombia, colombo, colquiri, conakry, concepcion, "
        "copenhagen, cordoba, costa rica, cotonou, cuba, cucuta, cuenca, cuiaba, culiacan, curitiba, cusco, dakar, "
        "damas, damascus, dar es salaam, delhi, deutschland, df, dhaka, dijon, djibouti, dodoma, doha, douala, "
        "dublin, durban, dushanbe, ecuador, edinburgh, el alto, el alto bolivia, el cairo, el salvador, england, "
        "espana, florianopolis, fort-de-france, fortaleza, france, francia, frankfurt, freetown, fribourg, gaborone, "
        "gand, gaza, gaza city, geneva, geneve, genf, genova, germany, ginebra, glasgow, goiania, granada, grenoble, "
        "guadalajara, guatemala, guayaquil, guayaramerin, habana, haiti, hamburg, hanoi, harare, havana, helsinki, "
        "hermosillo, ho chi minh city, honduras, hong kong, honiara, huancayo, hyderabad, ibarra, india, iquique, "
        "iquitos, ireland, islamabad, israel, istanbul, italia, italy, jakarta, japan, jerusalem, joao pessoa, "
        "johannesburg, juba, jujuy, juliaca, kabul, kaduna, kampala, karachi, kathmandu, kenya, khartoum, kiev, "
        "kigali, kingston, kinshasa, kolkata, koln, kuala lumpur, kuwait, kyiv, la habana, la paz, la paz bolivia, "
        "la paz y el alto, la plata, la rochelle, la serena, lagos, lahore, lausanne, laval, leeds, leipzig, "
        "libreville, liege, lille, lilongwe, lima, limoges, lisboa, lisbon, liverpool, ljubljana, llallagua, loja, "
        "lome, london, london uk, londres, londrina, los angeles, luanda, lubango, lusaka, lyon, macapa, maceio, "
        "madrid, malabo, malaga, mali, managua, manaus, manchester, manila, manta, maputo, mar del plata, maracaibo, "
        "marseille, maseru, maturin, mbabane, mecca, medellin, melbourne, mendoza, merida, metz, mexico, mexico "
        "city, miami, milan, milano, minsk, mogadishu, monrovia, montero, monterrey, montevideo, montpellier, "
        "montreal, morelia, morocco, moscou, moscow, moscu, moskau, mozambique, mumbai, munchen, munich, muscat, "
        "nairobi, nampula, namur, nancy, nantes, natal, ndjamena, neuchatel, neuquen, new delhi, new york, new york "
        "city, niamey, nicaragua, nice, nicosia, nigeria, nouakchott, noumea, nueva york, oaxaca, oaxaca de juarez, "
        "oruro, oslo, osterreich, ottawa, ouagadougou, oxford, pakistan, palestine, panama, pando, papeete, "
        "paraguay, paramaribo, paris, pekin, peking, pereira, perth, peru, philadelphia, phnom penh, piura, "
        "podgorica, pointe-a-pitre, poopo, popayan, port moresby, port of spain, port-au-prince, porto, porto "
        "alegre, porto velho, portugal, potosi, prague, praia, pretoria, pristina, puebla, puerto montt, puerto "
        "rico, puno, pyongyang, quebec, quetta, quetzaltenango, quito, rabat, ramallah, rangoon, recife, reims, "
        "rennes, reykjavik, riberalta, riga, rio, rio branco, rio de janeiro, riyadh, rj, rom, roma, rome, rosario, "
        "rouen, rurrenabaque, russia, saint-denis, saint-louis, salta, salvador, san cristobal de las casas, san "
        "francisco, san ignacio de velasco, san jose, san juan, san pedro sula, san salvador, sana'a, santa cruz, "
        "santa cruz de la sierra, santa fe, santa marta, santander, santarem, santiago, santiago de chile, santo "
        "domingo, sao luis, sao paulo, sarajevo, schweiz, scotland, seattle, senegal, seoul, setubal, sevilla, "
        "shanghai, sherbrooke, singapore, skopje, sofia, south africa, sp, spain, srinagar, stockholm, strasbourg, "
        "stuttgart, sucre, suisse, suiza, sweden, switzerland, sydney, tacna, tallinn, tarija, tashkent, tbilisi, "
        "tegucigalpa, teheran, tehran, tel aviv, temuco, teresina, thessaloniki, thies, tijuana, tirana, tokio, "
        "tokyo, toluca, toronto, toulouse, tours, trinidad, tripoli, trujillo, tucuman, tunis, tupiza, turkey, "
        "tuxtla gutierrez, uberlandia, uganda, ukraine, ulaanbaatar, uncia, united kingdom, united states, uruguay, "
        "uyuni, valdivia, valencia, valparaiso, vancouver, varsovia, venezuela, venice, vienna, vienne, vientiane, "
        "villa montes, villazon, vilnius, vitoria, warnes, warsaw, washington, washington d.c, washington dc, "
        "wellington, wien, windhoek, xalapa, yacuiba, yangon, yaounde, yerevan, yopougon, zagreb, zurich"
    ).split(", ")
)

# Offices: "Tim Young, editor".
ROLES = frozenset(
    (
        "abogada abogado academic academica academico activist activista activists adviser advisor advogada advogado "
        "agronoma agronomo analista analistas analyst animateur anthropologist antropologa antropologo architect "
        "arquitecta arquitecto arquiteto artist artista artiste asesor asesora assessor assistant associate ativista "
        "author autor autora autorin avocat avocate bishop boliviana boliviano bsc candidata candidate candidato "
        "catedratica catedratico chair charge chargee chefredakteur chercheur chercheurs chercheuse chief "
        "chroniqueur chroniqueuse cientifica cientifico cientista cineasta co-director co-editor co-founder coeditor "
        "colaborador colaboradora colonel columnist columnista colunista comunicador comunicadora concejal concejala "
        "conferencier conferenciere consultant consultor consultora contributor coordenador coordenadora coordinador "
        "coordinadora coordinator correspondant correspondante correspondent correspondente correspondents "
        "corresponsal corresponsales critic critico dean delegada delegado deputada deputado depute deputee deputy "
        "diplomat diplomata diputada diputado directeur director directora directrice diretor diretora dirigente "
        "docente docteur doctor doctora doctoranda doctorando doctorant doctorante documentary doutor doutora "
        "doutoranda doutorando ecologist economist economista economiste ecrivain editor editora editors educador "
        "educadora educator engenheira engenheiro engineer ensayista enseignant enseignante enviada enviado envoye "
        "envoyee escritor escritora esq essayist estudiante ex executive exministra exministro expert experta "
        "experto fellow filmmaker filosofa filosofo former fotograf founder francotirador freelance fundador "
        "fundadora gastautor geografa geografo geographe geographer guest head herausgeber historiador historiadora "
        "historian historien historienne host independent indigenous ingeniera ingeniero ingenieur integrante "
        "integrantes intern investigador investigadora investigative jd jornalista jornalistas journalist "
        "journaliste journalistes journalistin journalists jurista juriste korrespondent korrespondentin lawyer "
        "leader lecturer lider lideresa linguist llm m.d ma maestra maestro maire maitre maitres maitresse mayor mba "
        "md medica medico member mep mestranda mestrando miembro militant militante minister ministra ministro mp "
        "mph msc musician nurse obe ombudsman organiser organizer paediatrician pastor pediatra periodista "
        "periodistas pesquisador pesquisadora ph.d phd phd-student philosophe philosopher photographer "
        "photojournalist physician poet poeta politicologue politologa politologo politologue porta-voz portavoz "
        "porte-parole pos-doutorando postdoctorant postdoctorante president presidenta presidente priest producer "
        "produtor produtora profesor profesora professeur professeure professor professora psicologa psicologo "
        "publisher rdn redacteur redactor redactora redactrice redakteur redakteurin redaktor redator redatora "
        "reporter reportera reporterin reportero reporters representante researcher researchers responsable rn "
        "romancier scientist secretaria secretario secretary senador senadora senator senior socia socio sociologa "
        "sociologist sociologo sociologos sociologue spokesman spokesperson spokeswoman staff strategist student "
        "teacher teologa teologo theologian trabajador trabajadora trade-unionist traductor traductora tradutor "
        "tradutora translator unionist vecina vecino veterinaria veterinario vice-president vice-presidente "
        "voluntaria voluntario volunteer writer writers youth"
    ).split()
)

# Patterns, for names that hold a newsroom: "El Faro staff", "editor of El Faro".
STAFF = (
    r"staff(?: writers?| reporters?| reports?)?|admin|editors?|team|editorial (?:team|board|staff)|"
    r"newsroom|news ?desk|news team|web ?desk|"
    r"redacci[oó]n(?: de)?|reda[cç][aã]o(?: d[aeo])?|r[ée]daction(?: de)?|redaktion|redazione|"
    r"equipo(?: editorial| de redacci[oó]n)?|equipe(?: editorial| de redação)?|équipe(?: de rédaction)?"
)
JOURNALISTS = (
    r"(?:staff |special |senior |political |freelance )?"
    r"(?:correspondent|reporter|writer|journalist|columnist|contributor)|"
    r"(?:chief |deputy |managing |executive |news )?editor(?: in chief|-in-chief)?|"
    r"(?:periodista|corresponsal|redactora?|editora?|columnista|reporter[oa]|colaboradora?|enviad[oa])(?: especial)?|"
    r"jornalista|correspondente|repórter|colunista|editora?-chefe|enviad[oa] especial|"
    r"journaliste|correspondante?|chroniqueu(?:r|se)|rédact(?:eur|rice)(?: en chef)?|envoyée? spéciale?"
)
# In scripts without capitals: parts of newsrooms' names.
UNCASED_NEWSROOM = tuple(
    (
        "编辑部 編集部 新闻 新聞 通信 通讯 日报 記者 记者 편집 뉴스 وكالة تحرير צוות מערכת "
        "新华社 通訊社 共同社 时报 時報 日報"
    ).split()
)

PARTICLES = frozenset(
    (
        "ag al ap ben bin bint binti da das de del della den der des di do dos du e el ibn la las le los ould san "
        "santa st ter van von wa y zu zur"
    ).split()
)
CONNECTIVES = PARTICLES | frozenset(
    (
        "& a and as at com con dans em en et for from in les na no o of on os par para por pour sur the to un una "
        "und with"
    ).split()
)
TITLES = frozenset(
    (
        "dipl don dona dr dra hon ing lcda lcdo lic me mme mr mrs ms mtra mtro padre pe prof profa profe rev sir sr sra"
    ).split()
)

# Capitalised in headings ("By Popular Demand", "Por la Vida") and in newsrooms' names, hardly ever in a person's.
NO_NAMES = frozenset(
    (
        "abril acaso accident accord achat aclamacion acre action africa african after against ages agreement agua "
        "ahora ailleurs air airmail ajuda algo algum algun all alla alma alto alturas amazon amazonia ambiente "
        "america american americas amitie among amor amour amours ancora andes animal ano anos antes any apoio "
        "appointment arbre are arguments arma arte as asalto asi assalto atacado atras aumento avenir avion avril "
        "azar bad baixo bancos barco barrio bataille bateau bed before beira belle besoin between big bird bit black "
        "blood blue boat boats bois bolivia bolivian bon bonheur bout brasil brazil brazilian bread bridge brief "
        "brilliant bring bus cada caja calcul caminho camino camion camp campo candlelight capital caprice car "
        "carbon caridad casa casi casualidad causa cause causes centaines cerro certo cette chance change charity "
        "chemin chemins chez chile china chino choice chose cidade ciel cielo cielos cima city ciudad clair claro "
        "clima climate coal coeur colina colmo colombia comparison compromise conforme consecuencia conseguinte "
        "consenso consequence consequencia consequent consiguiente conta contra contrast contre corazon correio "
        "correo correspondance cortesia cosas country coup courage courrier course crainte crime crise crisis cual "
        "cuanto cuba culpa custom dark dawn day days dead death december decembre default defaut defecto defeito "
        "definition degrees dehors demand dentro depois depuis derecho derechos derriere descuido desde desgracia "
        "design despues dessous dessus desventura deutschland devant dever devoir dezembro dia dialogo dialogue dias "
        "diciembre dieu difference dignidad dignidade dimanche dinero dinheiro dint dios direito direitos dizaines "
        "dois donde door doors dor dreams dry durante during dusk duty each ear earth ecology ecuador edge ejemplo "
        "election eles ella ellas ellos encima encomenda end ende endroits enero enfin english ennui enquanto entero "
        "entre entretanto envie erreur escrito eso espana esperanca espoir esta este esto etapas europa europe "
        "evening every evidence example excelencia excellence exces exclusion exemple exemplo exemplos extension "
        "extenso eyes face faith fallo falta fame fantasmas far fate faute favor favore fe fear febrero february "
        "felicidad fevereiro fevrier fim fin fire firm flood fog foi fome foot for fora forca force forests forever "
        "fortuna forty france francia freedom friday froid frontera fuego fuera fuerza futuro galera general "
        "generations gente geral germany gold good gosto gout gracias grain grande grandes greve guerra gusto "
        "habitude hacia haiti half hambre hand hands harvest hasard hasta haute heart hearts heaven hecho here "
        "herencia heure hijos hills histoire hombre hommes honduras honneur honor hook hora horas horse house huelga "
        "hunger hurricane ici igual igualdad inches india inheritance insight instants instinct instinto inteiro "
        "interes interet internet intervalle intuition invitation is isso itself janeiro january janvier jeito jeudi "
        "jour jours jovenes juego jueves jugement juillet juin julho julio junho junio junto justica justice "
        "justicia killing lado lados lake land large last latin latina latino law leaps lejos lema letter letters "
        "leur liberdade libertad liberte lies light ligne line livre loi lot lottery luck lugar lugares lundi lune "
        "lunes luta lutte machine madre maioria mal malheur mandato manque march mardi marea martes marzo matin "
        "mayores mayoria means media medio medo meio memoria menor menos mer mercredi merito mes meses mesure metade "
        "metro mexico mia miedo miercoles milagre milagro minas minuto miracle mistake misto moda mois moitie "
        "momentos moments monday monde montagne monts more morning morte mot motivo motivos mountain mountains mucho "
        "mudanca muerte mujer mujeres mule mulher mundo muy nada names nascimento natural naturaleza nature "
        "necesidad necessary necessidade necessite necessity neither never new nicaragua night nights ningun no "
        "noche noite nombre nome none norma notes nothing november novembre novembro noviembre now nuestra nuestro "
        "nuestros nueva nuit number numbers numero ocasiao ocasion ocean october octobre octubre odio officio ojo "
        "ojos only ordem orden order orders ordre other otra otro outra outras outro outros outubro over padrao pain "
        "pais paises paix palabra palestina palestine paliers panama paraguay paresse partes pas patria patrimonio "
        "pays paz pedazos peligro pelos pendant people personas personne perto peru petit peur phone piedad pigeon "
        "pitie placer plaisir plane plaza plus poco poder point politesse popular post poste pouco pour povo power "
        "prazer precaution precio present primer primera principe principio principios procuration profession proxy "
        "prudence public publica publico pueblo pueblos pura puro purpose qualquer quanto quarta quase que quelque "
        "quem querer quien quienes quinta quoi rabia rail rain rapport razon razones real reason reasons regla "
        "reglamento regra resultado ricochet right rio rios river road roads rote route rua rumo rutas sabado sad "
        "same samedi sangre sangue saturday sauf sea season seca seconde segun segunda segundo selon semana sempre "
        "sentido separado september septembre septiembre ser setembro sexta ship siempre siglos signo silencio sin "
        "sinal sitio sky small snow sobre soil soleil some sorpresa sort sorte sorteio sound star stars states "
        "stealth sua subsistence suelo suerte suite sunday suposicion supuesto surprise surprises tabla tale tanto "
        "tarde taxi telefone telefono telephone tempo temps teoria terca terra terre tes that then there these they "
        "thursday tiempo tierra todas todo todos tous tout trabajo trabalho tradition train tranches travail traves "
        "trem tren trial truck trust truth tuesday turn turno turnos turns twilight two ultimo una unanimidad under "
        "une uniao unidad unite unos until uruguay usage usted ustedes vacaciones vagues valor valores vaux vendredi "
        "venezuela vengeance vent ventura verdad verdade vers vez vezes via vida vidas vie viernes vies village "
        "ville violence virtue vocacion vocation voie volta volumen votacion vote votes votos wadi walking war was "
        "water way wednesday week what which who whom whose wind winter within without woman women word words work "
        "world worlds year yearning years yourself"
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
        "a abr abril actualizado ago agosto aktualisiert am aout apr april as at atras atualizado aug august aujourd "
        "avril ayer brt bst cest cet cst ct day days de dec december decembre del dezember dezembro dia dias dic "
        "diciembre dienstag dimanche domingo donnerstag edt el em en ene enero er est et feb febrero februar "
        "february feira fevereiro fevrier freitag fri friday gestern gmt h ha hace heure heures heute hier hoje hora "
        "horas hour hours hoy hrs hs hui il jan janeiro januar january janvier jeudi jour jueves juillet juin jul "
        "julho juli julio july jun june junho juni junio las last le lectura lecture leitura lundi lunes mai maio "
        "mar march marco mardi mars martes marz marzo may mayo mdt mercredi mez miercoles min mins minute minutes "
        "minutos mis mittwoch modifie mon monday montag month months mst nd nov november novembre novembro noviembre "
        "oct october octobre octubre of oktober on ontem outubro pdt pm posted pst pt publicado publie published "
        "quarta quinta rd read sabado samedi samstag sat saturday segunda sep sept september septembre septiembre "
        "setembro setiembre sexta sonntag st sun sunday terca th the thu thursday today tue tuesday uhr um updated "
        "utc vendredi veroffentlicht viernes vom wed wednesday week weeks y yesterday"
    ).split()
)
