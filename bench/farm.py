"""A farm of partners on loopback for benchmarks: one host (127.x.y.z) for each source, 20 entries a feed.

Run as `python -m bench.farm COUNT`; it prints its port when it listens, and ends when its standard input does.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

ENTRIES = 20
WORDS = (
    "water cooperative valley harvest council road market assembly school union teachers bridge river miners".split()
)


def host(number: int) -> str:
    """Return the address of a source's own host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def feed(number: int) -> bytes:
    """Write the feed of a source: whole articles of about 200 words."""
    newest = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    items = []
    for entry in range(ENTRIES):
        words = [WORDS[(number * 7 + entry * 3 + step * step) % len(WORDS)] for step in range(196)]
        body = "".join(
            f"<p>Source {number} entry {entry}: {' '.join(words[start : start + 49])}.</p>"
            for start in range(0, 196, 49)
        )
        published = newest - timedelta(hours=entry * 5 + 1)
        items.append(
            f"<item><title>Article {entry} of source {number}</title>"
            f"<link>http://source{number}.example/{entry}</link><guid>s{number}-{entry}</guid>"
            f"<pubDate>{published:%a, %d %b %Y %H:%M:%S} +0000</pubDate><dc:creator>Writer {number}</dc:creator>"
            f"<description>{escape(body[:200])}</description><content:encoded>{escape(body)}</content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Source {number}</title><link>http://source{number}.example/</link><description>x</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


async def serve(count: int) -> None:
    """Serve the farm until standard input ends."""
    feeds = {f"/{number}": feed(number) for number in range(count)}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                path = request.split(b" ", 2)[1].decode()
                if b"if-none-match:" in request.lower():
                    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
                else:
                    body = feeds[path]
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
                        b'ETag: "v1"\r\nContent-Length: %d\r\n\r\n' % len(body) + body
                    )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    # One port for all hosts: the first one's choice.
    first = await asyncio.start_server(talk, host(0), 0)
    port = first.sockets[0].getsockname()[1]
    others = await asyncio.start_server(talk, [host(number) for number in range(1, count)], port)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    others.close()
    first.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
