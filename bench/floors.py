"""What parts of the work cost alone, each as a process of its own: the floors that the program is measured against.

`python -m bench.floors get FILE`: one conditional request for each address of a JSON object {address: ETag}, twenty at
a time. `pages FILE`: one request for each address of a JSON list, then trafilatura and our body finder over the answer,
one after the other. `imports`: what the command line cannot do without.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

_AT_ONCE = 20


async def _ask(validators: Mapping[str, str], use: Callable[[bytes, str], object]) -> None:
    import httpx2

    slots = asyncio.Semaphore(_AT_ONCE)

    async def get(client: httpx2.AsyncClient, url: str, etag: str) -> None:
        async with slots:
            response = await client.get(url, headers={"If-None-Match": etag} if etag else {})
            use(response.content, url)

    async with httpx2.AsyncClient(trust_env=False) as client, asyncio.TaskGroup() as group:
        for url, etag in validators.items():
            group.create_task(get(client, url, etag))


def _extract(body: bytes, url: str) -> object:
    from aggregator.extract.article import extract_page

    return extract_page(body, url, content_type="text/html; charset=utf-8")


def main(what: str, *files: str) -> None:
    if what == "imports":
        import rich.console  # noqa: F401
        import typer  # noqa: F401
    elif what == "get":
        asyncio.run(_ask(json.loads(Path(files[0]).read_text()), lambda body, url: None))
    else:
        asyncio.run(_ask(dict.fromkeys(json.loads(Path(files[0]).read_text()), ""), _extract))


if __name__ == "__main__":
    main(*sys.argv[1:])
