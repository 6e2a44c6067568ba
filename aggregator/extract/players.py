"""Tells which elements of a page are players of films and sounds, or posts of a social network, and where the scripted
ones among them would have found what they play.
"""

import re

from lxml.html import HtmlElement

FRAMES = ("iframe", "video", "audio", "amp-iframe", "amp-video", "amp-audio")

# Hosts whose frames hold something of the article; advertisements and counters come in frames, too.
_HOSTS = """
    acast.com apple.com archive.org arcgis.com art19.com bandcamp.com bbc.co.uk bitchute.com brightcove.net bsky.app
    buzzsprout.com cnn.com dailymotion.com datawrapper.de deezer.com documentcloud.org dwcdn.net facebook.com
    flourish.studio gfycat.com giphy.com google.com/maps imgur.com infogram.com instagram.com issuu.com ivoox.com
    jwplatform.com jwplayer.com kaltura.com knightlab.com libsyn.com linkedin.com megaphone.fm mixcloud.com nytimes.com
    odysee.com omny.fm pinterest.com podbean.com reddit.com redditmedia.com rumble.com scribd.com simplecast.com
    slideshare.net soundcloud.com spotify.com spreaker.com streamable.com t.me ted.com telegram.org tiktok.com
    twitch.tv twitter.com ustream.tv vimeo.com vk.com x.com youtu.be youtube-nocookie.com youtube.com
""".split()
_EMBEDS = re.compile(rf"//(?:[\w-]+\.)*(?:{'|'.join(map(re.escape, _HOSTS))}|mastodon\.\w+)[/?#]")
_POSTS = re.compile(
    r"\b(?:wp-embedded-content|bluesky-embed|fb-post|fb-video|imgur-embed-pub|instagram-media|mastodon-embed|reddit-embed|text-post-media|"
    r"tiktok-embed|twitter-tweet|twitter-video)\b"
)
# Elements that a script makes players of: the attribute that holds an address or its last part, and the whole of it.
SCRIPTED = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/embed/{}"),
    "lite-youtube": ("videoid", "https://www.youtube.com/embed/{}"),
    "lite-vimeo": ("videoid", "https://player.vimeo.com/video/{}"),
    "amp-vimeo": ("data-videoid", "https://player.vimeo.com/video/{}"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/embed/video/{}"),
    "amp-twitter": ("data-tweetid", "https://platform.twitter.com/embed/Tweet.html?id={}"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/{}/embed"),
    "amp-facebook": ("data-href", "{}"),
    "amp-iframe": ("src", "{}"),
    "amp-video": ("src", "{}"),
    "amp-audio": ("src", "{}"),
    "amp-soundcloud": ("data-trackid", "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/{}"),
}
# The same said by an attribute of any `div`.
_NAMED = {
    "data-youtube-id": "https://www.youtube.com/embed/{}",
    "data-youtube": "https://www.youtube.com/embed/{}",
    "data-ytid": "https://www.youtube.com/embed/{}",
    "data-vimeo-id": "https://player.vimeo.com/video/{}",
}
_ID = re.compile(r"[\w-]{5,40}")


def is_player(medium: HtmlElement) -> bool:
    """Whether an element plays something, or shows a post."""
    if medium.tag in SCRIPTED or medium.tag in ("video", "audio"):
        return True
    if medium.tag == "iframe":
        return any(_EMBEDS.search(value + "/") for value in medium.attrib.values())
    if medium.tag == "blockquote":
        return _POSTS.search(medium.get("class", "")) is not None
    return scripted_address(medium) != ""


def scripted_address(element: HtmlElement) -> str:
    """Return the address of a player or post that only a script of the page would show; "" for none."""
    attribute, address = SCRIPTED.get(element.tag, ("", ""))
    if attribute:
        return address.format(element.get(attribute, "")) if element.get(attribute) else ""
    if element.tag != "div" or not element.attrib:
        return ""
    if element.get("data-href") and _POSTS.search(element.get("class", "")):
        return str(element.get("data-href"))
    for name, address in _NAMED.items():
        if _ID.fullmatch(element.get(name, "")):
            return address.format(element.get(name))
    return ""
