"""What well-known plug-ins put into the middle or under every article of a site: share bars, related posts, sign-ups.

Told by the names that their makers gave them, so that nobody has to learn them site by site. Names that mean something
else on other sites are not here.
"""

# Class names of share bars, related posts, sign-up blocks and the like, beside the name of their maker.
BOX_CLASSES = frozenset(
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
    # boxes about the author: Simple Author Box, PublishPress Authors, Molongui, Author Bio Box, Starbox
    "saboxplugin-wrap pp-multiple-authors-wrapper m-a-box author-bio-box abh_box "
    # the second link of a file block
    "wp-block-file__button "
    # "Continue reading" of WordPress excerpts, texts for screen readers, the form for comments
    "more-link screen-reader-text sr-only visually-hidden wp-block-post-comments-form".split()
)
BOX_IDS = frozenset("jp-post-flair jp-relatedposts mc_embed_signup disqus_thread".split())
