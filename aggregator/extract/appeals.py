"""The words by which a newsroom speaks to its reader instead of telling the news.

Appeals for money, sign-ups, share bars, doors to the comments; labels before links to other articles; what authors and
newsrooms say of themselves. English, Spanish, Portuguese, French and German. No line is boilerplate for such words
alone: they also stand in honest articles. They count in lines that a source repeats, and that is for `boilerplate`.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

_SHORT = 8  # words: in so short a line one common word of an appeal is enough
_MEDIUM = 25  # words: up to here two will do, then it takes three
_LONG = 90  # words: a longer line is a text about something
_NEAR = 12  # words: "Ana Quispe, who lives in Oruro, is a reporter" still begins with what is said of her


class Appeal(NamedTuple):
    """What a line wants, and the words that say so: from `start` up to `end`, not included."""

    kind: Literal["asks", "label", "about"]
    start: int
    end: int
    has_link: bool = False  # of a label: all that follows it is a link


def read_appeal(words: Sequence[str], free: int) -> Appeal | None:
    """Say what a line wants of its reader, None when nothing.

    Args:
        words: of the line, folded.
        free: how many of them stand outside links.
    """
    if not words or len(words) > _LONG:
        return None
    label = next(_find(words[:_SHORT], _LABEL_INDEX), None)
    if label and label[0] == 0 and (len(words) <= _SHORT or free <= label[1]):
        return Appeal("label", *label, has_link=len(words) > label[1] and free <= label[1])
    for start, end in _find(words, _ASK_INDEX):
        return Appeal("asks", start, end)
    for start, end in _find(words[: _NEAR + 4], _ABOUT_INDEX):
        return Appeal("about", start, end)
    hints = {words[start]: (start, end) for start, end in _find(words, _HINT_INDEX)}
    needed = 1 if len(words) <= _SHORT else 2 if len(words) <= _MEDIUM else 3
    for start, end in hints.values():
        if len(hints) >= needed or (start == 0 and end > 1):
            return Appeal("asks", start, end)
    return None


def is_picture_credit(words: Sequence[str]) -> bool:
    """Say whether a line names who made a picture: it goes with the picture, and stays."""
    return 0 < len(words) <= _MEDIUM and (words[0] in _CREDITS or next(_find(words, _AGENCY_INDEX), None) is not None)


# --- phrases, folded: no capitals, no accents; apostrophes and hyphens part words ------------------------------------

# Nobody but a newsroom says these, and only to its readers.
_ASKS = {
    "en": """
        please donate / please give / please consider / please support / please help / please share /
        please subscribe / donate now / donate today / donate here / make a donation / your donation / your gift /
        your contribution / give what you can / give today / support us / support our / fund our /
        back our journalism / readers like you / dear reader / dear readers / become a member /
        become a supporter / become a patron / buy us a coffee / tax deductible / monthly supporter /
        if you like what / if you found this / if you enjoyed / keep us going / keeps us going / subscribe now /
        subscribe today / subscribe here / subscribe for / sign up here / sign up now / our newsletter /
        our newsletters / weekly newsletter / daily newsletter / free newsletter / your inbox / no spam /
        unsubscribe / enter your email / your email address / follow us / follow him on / follow her on /
        follow them on / find us on / like us on / connect with us / catch up with us / share this /
        click to share / tell your friends / copy link / download our app / get the app / leave a comment /
        leave a reply / post a comment / add a comment / write a comment / join the conversation /
        join the discussion / join the debate / have your say / logged in to / comments are closed /
        comments are moderated / will not be published / required fields / be the first to comment / have a tip /
        got a tip / all rights reserved / min read / minute read / minutes read / skip to content /
        back to top / story continues below / article continues / continue reading / this site uses /
        we use cookies
    """,
    "es": """
        dona ahora / dona hoy / dona aqui / done ahora / haz una donacion / haga una donacion / haz tu donacion /
        tu donacion / tu aporte / apoyanos / ayudanos / sumate / apoyenos / ayudenos / apoya nuestro / apoye nuestro /
        apoya el periodismo / hazte socio / hazte socia / hagase socio / hazte miembro / querido lector /
        queridos lectores / estimado lector / estimados lectores / lectores como tu / si te gusto / suscribete /
        suscribase / suscribirte / nuestro boletin / nuestros boletines / boletin semanal / boletin diario /
        recibe nuestro / recibe nuestras / reciba nuestro / reciba nuestras / reciba nuestros / recibe en tu /
        en tu correo / en su correo / tu bandeja / sin spam / darte de baja / siguenos / siganos /
        encuentranos en / encuentrenos en / sigue nuestras / comparte este / comparte esta / comparte en /
        comparta este / comparta esta / compartelo / pincha aqui / escucha este articulo / descarga nuestra /
        deja un comentario / deje un comentario / deja una respuesta / deja tu comentario / dejar un comentario /
        escribe un comentario / inicia sesion / debes estar registrado / debe estar registrado /
        comentarios cerrados / no sera publicada / campos obligatorios / se el primero en comentar / que opinas /
        unete a la conversacion / escribenos / escribanos / contactanos / todos los derechos reservados /
        derechos reservados / minutos de lectura / min de lectura / tiempo de lectura / continua despues /
        la nota continua / politica de privacidad / este sitio usa / usamos cookies / utilizamos cookies
    """,
    "pt": """
        doe agora / doe hoje / doe aqui / faca uma doacao / apoie nosso / apoie nossa / apoie nos /
        seja um apoiador / seja apoiador / seja assinante / seja membro / caro leitor / cara leitora /
        caros leitores / leitores como voce / se voce gostou / inscreva se / assine nossa / cadastre se /
        nossa newsletter / nosso boletim / boletim semanal / receba nossas / receba nossos / receba nossa /
        no seu e mail / no seu email / sua caixa de entrada / sem spam / siga nos / nos siga / siga a gente /
        encontre nos / acompanhe nossas / compartilhe este / compartilhe esta / compartilhe no / compartilhe nas /
        partilhe este / partilhe no / clique aqui / ouca este / baixe nosso / deixe um comentario /
        deixe seu comentario / deixe uma resposta / escreva um comentario / faca login / voce precisa estar /
        comentarios encerrados / nao sera publicado / campos obrigatorios / seja o primeiro a comentar /
        fale conosco / todos os direitos reservados / direitos reservados / minutos de leitura / min de leitura /
        tempo de leitura / continua depois / politica de privacidade / este site usa / usamos cookies /
        utilizamos cookies
    """,
    "fr": """
        faites un don / votre don / je fais un don / soutenez nous / soutenez notre / soutenir notre /
        aidez nous / devenez membre / devenez abonne / rejoignez nous / rejoignez notre / cher lecteur /
        chers lecteurs / cheres lectrices / lecteurs comme vous / si vous avez aime / abonnez vous /
        inscrivez vous / notre newsletter / notre lettre / notre infolettre / lettre d information / recevez nos /
        recevez notre / dans votre boite / sans spam / vous desabonner / suivez nous / retrouvez nous /
        partagez cet / partager cet / cliquez ici / ecouter cet article / telechargez notre /
        laissez un commentaire / laisser un commentaire / laisser une reponse / ecrire un commentaire /
        ajouter un commentaire / connectez vous / vous devez etre connecte / commentaires fermes /
        ne sera pas publiee / champs obligatoires / donnez votre avis / ecrivez nous / contactez nous /
        tous droits reserves / droits reserves / minutes de lecture / min de lecture / temps de lecture /
        politique de confidentialite / ce site utilise / nous utilisons des cookies
    """,
    "de": """
        jetzt spenden / bitte spenden / spende jetzt / unterstutzen sie uns / unterstutzen sie unsere /
        unterstutze uns / unterstutze unsere / helfen sie uns / hilf uns / werden sie mitglied / werde mitglied /
        jetzt abonnieren / abonnieren sie / abonniere unseren / newsletter abonnieren / unseren newsletter /
        unser newsletter / in ihr postfach / in dein postfach / kein spam / folgen sie uns / folge uns /
        folgt uns / artikel teilen / auf facebook teilen / klicken sie hier / hier klicken / kommentar schreiben /
        schreiben sie einen kommentar / schreibe einen kommentar / kommentar hinterlassen / jetzt kommentieren /
        wird nicht veroffentlicht / diskutieren sie mit / schreiben sie uns / alle rechte vorbehalten /
        minuten lesezeit / min lesezeit / datenschutzerklarung
    """,
}

# They stand before a link to another article, or above a list of such.
_LABELS = {
    "en": """
        read also / also read / read more / read next / read on / read this / see also / see more / more on this /
        more from / more about / more stories / more news / related / related articles / related stories /
        related posts / related news / related content / related coverage / related reading / related topics /
        you may also like / you might also like / you may like / you might like / you may be interested /
        recommended / recommended for you / recommended reading / don t miss / most read / most popular /
        trending / trending now / top stories / latest news / latest stories / popular posts / editors picks /
        editor s picks / further reading / up next / next article / previous article / next post / previous post /
        in this series / in case you missed it / from our archive / from the archive / watch also / watch next /
        tags / tagged / filed under / categories / topics / share
    """,
    "es": """
        lea tambien / lee tambien / leer tambien / lea mas / lee mas / leer mas / lea ademas / lee ademas /
        ver tambien / vea tambien / mira tambien / mira ademas / ver mas / te puede interesar / le puede interesar /
        te podria interesar / le podria interesar / tambien te puede interesar / tambien le puede interesar /
        puede interesarte / puede interesarle / quizas te interese / te recomendamos / le recomendamos /
        recomendados / recomendado / relacionado / relacionados / relacionada / relacionadas /
        noticias relacionadas / notas relacionadas / articulos relacionados / contenido relacionado /
        entradas relacionadas / mas noticias / mas sobre / mas informacion / mas de / mas leidas / lo mas leido /
        las mas leidas / ultimas noticias / no te pierdas / no se pierda / sigue leyendo / seguir leyendo /
        tambien en / en esta serie / etiquetas / etiquetado / etiquetada / categorias / temas / archivado en /
        compartir
    """,
    "pt": """
        leia tambem / leia mais / ler mais / ler tambem / veja tambem / veja mais / saiba mais / confira tambem /
        assista tambem / voce tambem pode gostar / voce pode gostar / voce pode se interessar /
        pode interessar / talvez voce goste / recomendados / recomendado / recomendamos / relacionado /
        relacionados / relacionadas / noticias relacionadas / artigos relacionados / materias relacionadas /
        conteudo relacionado / posts relacionados / mais noticias / mais sobre / mais lidas / mais lidos /
        ultimas noticias / nao perca / continue lendo / nesta serie / tags / etiquetas / categorias / assuntos /
        arquivado em / compartilhar / compartilhe / partilhar
    """,
    "fr": """
        a lire aussi / lire aussi / lire egalement / a lire / a lire egalement / lire la suite / lire plus /
        voir aussi / voir plus / a voir aussi / a decouvrir / en savoir plus / vous aimerez aussi /
        vous pourriez aimer / vous pourriez aussi aimer / cela peut vous interesser /
        ces articles peuvent vous interesser / sur le meme sujet / sur le meme theme / dans la meme rubrique /
        dans la meme serie / articles lies / articles similaires / articles connexes / articles associes /
        contenus similaires / recommande / recommandes / plus d articles / plus sur / les plus lus /
        les plus lues / dernieres nouvelles / dernieres actualites / ne manquez pas / etiquettes / mots cles /
        rubriques / classe dans / partager / partagez
    """,
    "de": """
        lesen sie auch / lesen sie mehr / lies auch / auch interessant / mehr zum thema / mehr zu / mehr dazu /
        weiterlesen / weitere artikel / weitere themen / ahnliche artikel / ahnliche beitrage /
        verwandte artikel / verwandte themen / verwandte beitrage / das konnte sie auch interessieren /
        das konnte sie interessieren / meistgelesen / empfohlen / empfohlene artikel / siehe auch / schlagworte /
        stichworte / kategorien / themen / teilen
    """,
}

# What authors and newsrooms say of themselves.
_ABOUT = {
    "en": """
        about the author / about the authors / about us / about the writer / writes about / writes for /
        writes on / reports on / reports for / covers / is a journalist / is a reporter / is an editor /
        is editor / is the editor / is a writer / is a freelance / is an independent / is a contributor /
        is a contributing / is a correspondent / is a columnist / is a staff / is a senior / is a researcher /
        is a photographer / is the author / is an author / is a professor / is a lecturer / is a former /
        is a nonprofit / is a non profit / is an award / is founder / is the founder / is based in /
        has written for / has reported / can be reached / has been published / the views expressed /
        views expressed / opinions expressed
    """,
    "es": """
        sobre el autor / sobre la autora / acerca del autor / acerca de la autora / sobre nosotros /
        quienes somos / escribe sobre / escribe para / escribe en / cubre / es periodista / es un periodista /
        es una periodista / es reportera / es reportero / es editor / es editora / es redactor / es redactora /
        es escritor / es escritora / es investigador / es investigadora / es fotografa / es fotografo /
        es colaborador / es colaboradora / es corresponsal / es columnista / es autor / es autora / es profesor /
        es profesora / es un medio / es una organizacion / es un portal / es una revista /
        las opiniones expresadas / es responsabilidad
    """,
    "pt": """
        sobre o autor / sobre a autora / sobre nos / quem somos / escreve sobre / escreve para / cobre /
        e jornalista / e um jornalista / e uma jornalista / e reporter / e editor / e editora / e escritor /
        e escritora / e pesquisador / e pesquisadora / e fotografo / e fotografa / e colaborador /
        e colaboradora / e correspondente / e colunista / e autor / e autora / e professor / e professora /
        e um portal / e uma organizacao / as opinioes expressas
    """,
    "fr": """
        a propos de l auteur / a propos de l autrice / a propos de nous / qui sommes nous / ecrit sur /
        ecrit pour / couvre / est journaliste / est un journaliste / est une journaliste / est redacteur /
        est redactrice / est reporter / est ecrivain / est ecrivaine / est chercheur / est chercheuse /
        est photographe / est correspondant / est correspondante / est chroniqueur / est chroniqueuse /
        est auteur / est autrice / est l auteur / est l autrice / est professeur / est professeure /
        est un media / est une association / les opinions exprimees
    """,
    "de": """
        uber den autor / uber die autorin / uber uns / zur person / schreibt uber / schreibt fur /
        berichtet uber / berichtet fur / ist journalist / ist journalistin / ist redakteur / ist redakteurin /
        ist reporter / ist reporterin / ist freier / ist freie / ist autor / ist autorin / ist professor /
        ist professorin
    """,
}

# Common words: some of them in one line, or one in a very short line, make an appeal; so does a phrase that opens it.
_HINTS = {
    "en": """
        donate / donation / donations / donor / donors / fundraiser / fundraising / support / subscribe /
        subscriber / subscribers / subscription / newsletter / newsletters / membership / inbox / readers /
        advertisers / paywall / please / follow / comments / reply / login / log in / sign up / sign in /
        register / facebook / twitter / instagram / whatsapp / telegram / bluesky / mastodon / linkedin /
        youtube / social media / crowdfunding / copyright / help us / join us / by email / our readers /
        click here / contact us / get in touch / send us / email us / write to us / no comments / our app /
        advertisement / sign in to / log in to / register to / create an account / share on / share via /
        have a story / print this / email this / chip in / what do you think / terms of use / terms of service /
        privacy policy / advertise with us / join our / follow our / subscribe to / sign up for / sign up to /
        if you value / continues after / reading time / paid for by readers / listen to this article / share /
        your email / your support / keep us
    """,
    "es": """
        dona / donar / donacion / donaciones / apoya / apoye / suscripcion / suscriptores / boletin / boletines /
        membresia / lectores / lector / anunciantes / por favor / comparte / comparta / comentarios /
        responder / redes sociales / sigenos / publicidad / imprimir / su donacion / su aporte / su apoyo /
        tu apoyo / apoya a / apoye a / colabora con / unete a / unase a / unete al / nuestros lectores /
        haz clic / haga clic / iniciar sesion / suscribirse / compartir en / compartir por / darse de baja /
        recibe nuestros / hacer una donacion
    """,
    "pt": """
        doe / doar / doacao / doacoes / apoie / assinatura / assinantes / boletim / leitores / leitor /
        anunciantes / comentarios / responder / redes sociais / publicidade / imprimir / sua doacao / seu apoio /
        sua contribuicao / apoie o / apoie a / ajude a / contribua com / torne se / junte se / faca parte /
        assine / assine a / nossos leitores / fazer login / receba as / receba em / escreva para /
        entre em contato / fazer uma doacao / ajude nos / compartilhar no
    """,
    "fr": """
        dons / donateurs / soutenez / soutenir / abonnement / abonnes / infolettre / lecteurs / lectrices /
        annonceurs / s il vous plait / commentaires / commentaire / repondre / reseaux sociaux / publicite /
        imprimer / votre soutien / votre contribution / soutenez le / soutenez la / soutenez un / rejoignez la /
        nos lecteurs / nos lectrices / s abonner / s inscrire / se connecter / vous connecter / se desabonner /
        recevez les / recevez chaque / les commentaires sont / soyez le premier / partager sur / partagez sur /
        partager via / cliquer ici / faire un don / la suite apres
    """,
    "de": """
        spende / spenden / unterstutzen / abo / abonnement / abonnieren / abonnenten / leser / leserinnen /
        werbung / bitte / kommentare / soziale medien / drucken / ihre spende / deine spende / spenden sie /
        melden sie sich / teilen sie / teilen auf / anmelden um / bitte melden / weiter nach / anzeige /
        abmelden / erforderliche felder / lesezeit / mitglied werden / liebe leser / liebe leserinnen
    """,
}

_CREDITS = frozenset(
    "photo photos photograph photographs photography foto fotos fotografia fotografias image images imagen "
    "imagenes imagem imagens picture pictures credit credits credito creditos illustration illustrations "
    "ilustracion ilustracao bild bilder grafik graphic grafico infografia infographic video".split()
)
_AGENCIES = """
    getty images / ap photo / afp / reuters / associated press / picture alliance / shutterstock / europa press /
    wikimedia commons
"""

_Index = dict[str, list[tuple[str, ...]]]


def _index(*texts: str) -> _Index:
    """Order phrases by their first word, the longest first."""
    found: _Index = {}
    for phrase in sorted({tuple(one.split()) for text in texts for one in text.split("/")}, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _find(words: Sequence[str], index: _Index) -> Iterator[tuple[int, int]]:
    for start in [at for at, word in enumerate(words) if word in index]:
        for phrase in index[words[start]]:
            if tuple(words[start : start + len(phrase)]) == phrase:
                yield start, start + len(phrase)
                break


_ASK_INDEX = _index(*_ASKS.values())
_LABEL_INDEX = _index(*_LABELS.values())
_ABOUT_INDEX = _index(*_ABOUT.values())
_HINT_INDEX = _index(*_HINTS.values())
_AGENCY_INDEX = _index(_AGENCIES)
