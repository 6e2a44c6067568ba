"""Tell what in a body is not the article: what the page's reader never saw, and what the site hangs around its posts.

Everything is told by tag, attribute and well-known class name; pictures and players are `media`'s.
"""

import re

from aggregator.clean.tree import Element

# Left out with all they hold. Unknown elements are not here: their text is kept.
DROPPED = frozenset(
    "annotation annotation-xml applet area base basefont bgsound button canvas col colgroup command datalist "
    "dialog form frame frameset head input keygen link map menuitem meta meter noembed noframes optgroup option output "
    "param portal progress script select source style svg template textarea title track xml".split()
)

# Class names of share bars, related posts, sign-up blocks and the like, beside the name of their maker.
_CLASSES = frozenset(
    # Jetpack
    "sharedaddy sd-sharing sd-sharing-enabled sd-like jp-relatedposts jp-post-flair wp-block-jetpack-subscriptions "
    "wp-block-jetpack-related-posts wp-block-jetpack-sharing-buttons wp-block-jetpack-like jetpack_subscription_widget "
    # sharing plug-ins: AddToAny, Sassy Social Share, Social Warfare, Monarch, Grow, Easy Social Share, AddThis, ...
    "addtoany_share_save_container addtoany_share addtoany_content a2a_kit heateor_sss_sharing_container "
    "swp_social_panel et_social_inline dpsp-content-wrapper essb_links addthis_toolbox addthis_inline_share_toolbox "
    "shareaholic-canvas ssba ssbp-wrap simplesocialbuttons sfsi_Sicons post-share-buttons wp-block-social-links "
    # related posts: YARPP, Contextual Related Posts, Related Posts
    "yarpp yarpp-related crp_related rp4wp-related-posts wp_rp_wrap "
    # sign-up: MailPoet, Mailchimp for WordPress, Newsletter, Substack, ConvertKit
    "mailpoet_form mc4wp-form mc_embed_signup tnp tnp-subscription subscription-widget-wrap subscription-widget "
    "formkit-form wp-block-newspack-newsletters-subscribe "
    # "Continue reading" of WordPress excerpts, texts for screen readers, the form for comments
    "more-link screen-reader-text sr-only visually-hidden wp-block-post-comments-form".split()
)
_IDS = frozenset("jp-post-flair jp-relatedposts mc_embed_signup disqus_thread".split())

_CSS_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:left|right|top|bottom|margin(?:-left|-top)?|text-indent)\s*:\s*-(?:(?:\d{4,}|999)(?:\.\d*)?(?:px|pt)|\d{3,}(?:\.\d*)?r?em)"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?)"
)
_FONT_SIZE = re.compile(r"(?:^|;)\s*font(?:-size)?\s*:\s*(?:[^;\d]*\s)?([\d.]+)(px|pt|em|rem|ex|%|)(?=[\s;/!]|$)")


def is_junk(element: Element) -> bool:
    """Say whether an element is to be left out with all it holds."""
    if element.tag in DROPPED:
        return True
    attributes = element.attrib
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("id") in _IDS:
        return True
    classes = attributes.get("class")
    if classes and not _CLASSES.isdisjoint(str(classes).split()):
        return True
    style = style_of(element)
    return bool(style) and _HIDING.search(style) is not None


def style_of(element: Element) -> str:
    """Return the inline style in lower case without comments; "" for none."""
    style = element.get("style")
    return _CSS_COMMENT.sub("", style).lower() if style else ""


def is_too_small(style: str) -> bool | None:
    """Say whether a style makes text too small to be seen (0 or 1 px); None when it sets no size in figures."""
    match = _FONT_SIZE.search(style)
    if not match:
        return None
    try:
        size = float(match[1])
    except ValueError:
        return None
    return size <= 1 if match[2] in ("px", "pt") else size == 0
