"""Feeds as real publishing systems write them, of invented articles: the same ones for the same numbers, always.

Each style is a function of the numbers of the articles to hold, newest first, and of how often the feed was written,
which moves the dates and counts that such systems put around their entries.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

BEGUN = datetime(2026, 10, 1, 6, tzinfo=UTC)
_WORDS = (
    "water valley council harvest market assembly school teachers bridge rain river miners radio letter bread lake "
    "museum doctor festival mountain law debt the a of and for with after before without against under café niño año"
).split()
Style = Callable[[Sequence[int], int], bytes]


def sentences(number: int, count: int) -> list[str]:
    """Invent the paragraphs of an article."""
    dice = random.Random(number)
    return [f"{' '.join(dice.choices(_WORDS, k=45)).capitalize()}." for _ in range(count)]


def body(number: int, paragraphs: int = 12) -> str:
    """Invent an article's HTML, with what editors' software puts between the paragraphs."""
    parts = [f"<p>{text}</p>" for text in sentences(number, paragraphs)]
    parts.insert(1, f'<figure><img src="/files/{number}.jpg" alt="Plot {number} &amp; the river" /></figure>')
    parts.insert(3, f'<p>More in <a href="https://archive.example/{number}?a=1&amp;b=2">the archive</a>.</p>')
    return "\n".join(parts)


def title(number: int) -> str:
    return f"Report {number}: {' '.join(sentences(number, 1)[0].split()[:6])} & more"


def at(number: int) -> datetime:
    return BEGUN + timedelta(hours=number)


def _rfc822(when: datetime) -> str:
    return f"{when:%a, %d %b %Y %H:%M:%S +0000}"


def _iso(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def wordpress(numbers: Sequence[int], written: int) -> bytes:
    """WordPress 6: CDATA, comments modules, the footer in every entry, a cache's comment at the end."""
    items = "\n\t\t".join(
        f"""<item>
		<title>{escape(title(n), quote=False)}</title>
		<link>https://valley.example/{n}/report/</link>
					<comments>https://valley.example/{n}/report/#respond</comments>
		<dc:creator><![CDATA[Ana Quispe]]></dc:creator>
		<pubDate>{_rfc822(at(n))}</pubDate>
				<category><![CDATA[News & Views]]></category><category><![CDATA[Water]]></category>
		<guid isPermaLink="false">https://valley.example/?p={n}</guid>
					<description><![CDATA[{sentences(n, 1)[0]} [&#8230;]]]></description>
										<content:encoded><![CDATA[{body(n)}
<p>The post <a href="https://valley.example/{n}/report/">Report</a> appeared first.</p>
]]></content:encoded>
					<wfw:commentRss>https://valley.example/{n}/report/feed/</wfw:commentRss>
			<slash:comments>{n % 3}</slash:comments>
			</item>"""
        for n in numbers
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:atom="http://www.w3.org/2005/Atom"
	xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
	xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
	>
<channel>
	<title>Valley News</title>
	<atom:link href="https://valley.example/feed/" rel="self" type="application/rss+xml" />
	<link>https://valley.example</link>
	<description>From the valley</description>
	<lastBuildDate>{_rfc822(at(2000 + written))}</lastBuildDate>
	<language>en-US</language>
	<sy:updatePeriod>
	hourly	</sy:updatePeriod>
	<sy:updateFrequency>
	1	</sy:updateFrequency>
	<image><url>https://valley.example/icon.png</url><title>Valley News</title><link>https://valley.example</link></image>
	{items}
	</channel>
</rss>
<!-- made in 0.{written}17 seconds -->
""".encode()


def ghost(numbers: Sequence[int], written: int) -> bytes:
    """Ghost 5: one line, CDATA titles, pictures by Media RSS."""
    items = "".join(
        f"<item><title><![CDATA[{title(n)}]]></title><description><![CDATA[{sentences(n, 1)[0]}]]></description>"
        f'<link>https://river.example/{n}/</link><guid isPermaLink="false">{n:024x}</guid>'
        f"<category><![CDATA[Rivers]]></category><dc:creator><![CDATA[Tim Young]]></dc:creator>"
        f"<pubDate>{_rfc822(at(n))}</pubDate>"
        f'<media:content url="https://river.example/content/{n}.jpg" medium="image"/>'
        f"<content:encoded><![CDATA[{body(n)}]]></content:encoded></item>"
        for n in numbers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
        'version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title><![CDATA[River Post]]></title>'
        "<description><![CDATA[Along the river]]></description><link>https://river.example/</link>"
        f"<generator>Ghost 5.82</generator><lastBuildDate>{_rfc822(at(2000 + written))}</lastBuildDate>"
        '<atom:link href="https://river.example/rss/" rel="self" type="application/rss+xml"/><ttl>60</ttl>'
        f"{items}</channel></rss>"
    ).encode()


def drupal(numbers: Sequence[int], written: int) -> bytes:
    """Drupal's views: escaped HTML, the language by xml:base and the guid a path's number."""
    items = "\n    ".join(
        f"""<item>
  <title>{escape(title(n), quote=False)}</title>
  <link>https://assembly.example/node/{n}</link>
  <description>{escape(body(n))}</description>
  <pubDate>{_rfc822(at(n))}</pubDate>
    <dc:creator>editor</dc:creator>
    <guid isPermaLink="false">{n} at https://assembly.example</guid>
    </item>"""
        for n in numbers
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xml:base="https://assembly.example/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel>
    <title>The Assembly</title>
    <link>https://assembly.example/</link>
    <description/>
    <language>es</language>
    {items}
  </channel>
</rss>
""".encode()


def blogger(numbers: Sequence[int], written: int) -> bytes:
    """Blogger's Atom: a stylesheet, counts of all articles, escaped HTML, the author in each entry."""
    entries = "".join(
        f"<entry><id>tag:blogger.com,1999:blog-7.post-{n}</id><published>{_iso(at(n))}</published>"
        f"<updated>{_iso(at(n + 1))}</updated><category scheme='http://www.blogger.com/atom/ns#' term='Water'/>"
        f"<title type='text'>{escape(title(n), quote=False)}</title>"
        f"<content type='html'>{escape(body(n))}</content>"
        f"<link rel='edit' type='application/atom+xml' href='https://www.blogger.com/feeds/7/posts/default/{n}'/>"
        f"<link rel='alternate' type='text/html' href='https://lake.example/{n}.html' title='{n}'/>"
        "<author><name>Rosa</name><uri>https://www.blogger.com/profile/1</uri><email>noreply@blogger.com</email>"
        "</author><media:thumbnail xmlns:media='http://search.yahoo.com/mrss/' "
        f"url='https://lake.example/s72/{n}.jpg' height='72' width='72'/><thr:total>0</thr:total></entry>"
        for n in numbers
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href='https://www.blogger.com/styles/atom.css' "
        "type='text/css'?><feed xmlns='http://www.w3.org/2005/Atom' "
        "xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/' xmlns:thr='http://purl.org/syndication/thread/1.0'>"
        f"<id>tag:blogger.com,1999:blog-7</id><updated>{_iso(at(2000 + written))}</updated>"
        "<title type='text'>By the lake</title>"
        "<link rel='self' type='application/atom+xml' href='https://lake.example/feeds/posts/default'/>"
        "<link rel='hub' href='https://hub.example/'/><author><name>Rosa</name></author>"
        "<generator version='7.00' uri='https://www.blogger.com'>Blogger</generator>"
        f"<openSearch:totalResults>{400 + written}</openSearch:totalResults>"
        f"<openSearch:startIndex>1</openSearch:startIndex>{entries}</feed>"
    ).encode()


def xhtml(numbers: Sequence[int], written: int) -> bytes:
    """Atom with XHTML inside, the author and the language of the feed as a whole."""
    entries = "\n  ".join(
        f'<entry>\n    <id>urn:x:{n}</id>\n    <title type="html">{escape(escape(title(n), quote=False))}</title>\n'
        f'    <link href="/{n}"/>\n    <updated>{_iso(at(n))}</updated>\n    <content type="xhtml">'
        f'<div xmlns="http://www.w3.org/1999/xhtml">{body(n)}</div></content>\n  </entry>'
        for n in numbers
    )
    return f"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pt-BR" xml:base="https://mountain.example/notes/">
  <title>Mountain notes</title>
  <id>urn:x</id>
  <author><name>Collective of the mountain</name></author>
  <updated>{_iso(at(2000 + written))}</updated>
  {entries}
</feed>
""".encode()


def substack(numbers: Sequence[int], written: int) -> bytes:
    """Substack: no spaces, an enclosure, itunes beside the rest."""
    items = "".join(
        f"<item><title><![CDATA[{title(n)}]]></title><description><![CDATA[{sentences(n, 1)[0]}]]></description>"
        f"<link>https://letter.example/p/{n}</link>"
        f'<guid isPermaLink="false">https://letter.example/p/{n}</guid>'
        f"<dc:creator><![CDATA[Ana Quispe]]></dc:creator><pubDate>{_rfc822(at(n)).replace('+0000', 'GMT')}</pubDate>"
        f'<enclosure url="https://cdn.example/{n}.jpeg" length="0" type="image/jpeg"/>'
        f"<content:encoded><![CDATA[{body(n)}]]></content:encoded></item>"
        for n in numbers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
        'version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:googleplay="http://www.google.com/schemas/play-podcasts/1.0"><channel>'
        "<title><![CDATA[A letter a week]]></title><link>https://letter.example</link>"
        f"<generator>Substack</generator><lastBuildDate>{_rfc822(at(2000 + written))}</lastBuildDate>"
        '<atom:link href="https://letter.example/feed" rel="self" type="application/rss+xml"/>'
        "<copyright><![CDATA[Ana Quispe]]></copyright><language><![CDATA[en]]></language>"
        "<webMaster><![CDATA[letter@example.org]]></webMaster><itunes:owner><itunes:name>Ana</itunes:name>"
        f"</itunes:owner><itunes:author><![CDATA[Ana Quispe]]></itunes:author>{items}</channel></rss>"
    ).encode()


def rdf(numbers: Sequence[int], written: int) -> bytes:
    """RSS 1.0: the entries beside the channel, which lists their addresses."""
    listed = "\n    ".join(f'<rdf:li rdf:resource="https://museum.example/{n}"/>' for n in numbers)
    items = "\n ".join(
        f'<item rdf:about="https://museum.example/{n}">\n  <title>{escape(title(n), quote=False)}</title>\n'
        f"  <link>https://museum.example/{n}</link>\n  <dc:date>{_iso(at(n))}</dc:date>\n"
        f"  <dc:creator>Museum</dc:creator>\n  <description>{escape(body(n))}</description>\n </item>"
        for n in numbers
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
 <channel rdf:about="https://museum.example/">
  <title>Museum</title>
  <link>https://museum.example/</link>
  <description>What is on</description>
  <dc:date>{_iso(at(2000 + written))}</dc:date>
  <dc:language>fr</dc:language>
  <items><rdf:Seq>
    {listed}
  </rdf:Seq></items>
 </channel>
 {items}
</rdf:RDF>
""".encode()


STYLES: tuple[Style, ...] = (wordpress, ghost, drupal, blogger, xhtml, substack, rdf)
