"""Draws the pictures of the invented articles: an abstract landscape for each name, as a PNG file.

Nobody holds rights in them, and they are small.
"""

import math
import random
import struct
import zlib
from functools import lru_cache

WIDTH, HEIGHT = 800, 450
_SKY_SHADES = 64
_RIDGES = 4
# Sky at the top, sky at the horizon, sun, nearest ridge.
_MOODS = (
    ((38, 70, 120), (250, 200, 150), (255, 240, 205), (24, 42, 58)),
    ((90, 150, 190), (235, 240, 225), (255, 250, 220), (36, 74, 62)),
    ((70, 50, 100), (240, 150, 120), (255, 225, 170), (40, 26, 52)),
    ((110, 160, 170), (250, 235, 205), (255, 255, 240), (120, 72, 48)),
    ((40, 90, 110), (200, 225, 215), (250, 245, 215), (20, 50, 66)),
)
_Colour = tuple[int, int, int]


@lru_cache(maxsize=64)
def draw_landscape(name: str) -> bytes:
    """Draw the landscape that belongs to a name; the same name always gives the same bytes."""
    chance = random.Random(name)  # noqa: S311 - a picture, no secret
    top, horizon, sun, near = chance.choice(_MOODS)
    sky = [_blend(top, horizon, step / (_SKY_SHADES - 1)) for step in range(_SKY_SHADES)]
    ridges = [_blend(horizon, near, (step + 1) / _RIDGES) for step in range(_RIDGES)]
    return _write_png(_draw_columns(chance), [*sky, *ridges, sun])


def _draw_columns(chance: random.Random) -> bytes:
    """Return one byte a pixel, an index of the palette, column after column: each is sky, sun and ridges in runs."""
    sky = bytes(min(_SKY_SHADES - 1, y * _SKY_SHADES // int(HEIGHT * 0.7)) for y in range(HEIGHT))
    sun_x, sun_y, sun_radius = chance.randint(120, WIDTH - 120), chance.randint(90, 190), chance.randint(26, 48)
    waves = [[(chance.uniform(0.5, 3), chance.uniform(0, 6.3)) for _ in range(4)] for _ in range(_RIDGES)]
    columns = []
    for x in range(WIDTH):
        column = bytearray(sky)
        if abs(x - sun_x) < sun_radius:
            half = int(math.sqrt(sun_radius**2 - (x - sun_x) ** 2))
            column[sun_y - half : sun_y + half] = bytes([_SKY_SHADES + _RIDGES]) * (2 * half)
        for ridge, parts in enumerate(waves):
            height = sum(
                math.sin(pace * (order + 1) * x / 130 + shift) / (order + 1)
                for order, (pace, shift) in enumerate(parts)
            )
            crest = int(215 + 58 * ridge + (34 - 5 * ridge) * height)
            column[crest:] = bytes([_SKY_SHADES + ridge]) * (HEIGHT - crest)
        columns.append(bytes(column))
    return b"".join(columns)


def _write_png(columns: bytes, palette: list[_Colour]) -> bytes:
    """Write a PNG of indexed colours, 8 bits deep (PNG specification §11.2); every row starts with filter 0."""
    rows = b"".join(b"\0" + columns[y::HEIGHT] for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _blend(first: _Colour, second: _Colour, share: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
