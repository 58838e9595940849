"""The platforms ads run on, and their words. Pure."""

#: Platforms a person picks. The others only come with reports: `meta` does not tell Facebook from
#: Instagram.
PLATFORMS = {
    "google": "Google",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "x": "X (Twitter)",
    "tiktok": "TikTok",
}
PLATFORM_WORDS = PLATFORMS | {
    "meta": "Meta, split unknown",
    "microsoft": "Microsoft",
    "other": "Other platform",
}
