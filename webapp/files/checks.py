"""What a campaign's files need before anybody is asked to approve it."""

from webapp.approvals.readiness import Finding, content_check
from webapp.files import queries

#: How many pictures a sentence names.
NAMED = 3


@content_check("campaign")
def pictures_say_what_they_show(campaign_id: int) -> Finding | None:
    """Every picture among its assets has words for who cannot see it; None without a picture that
    lacks them.
    """
    names = queries.pictures_without_words(campaign_id)
    if not names:
        return None
    does = "picture has" if len(names) == 1 else "pictures have"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    missing = (
        f"{len(names)} {does} no words for who cannot see it: {', '.join(names[:NAMED])}{more}"
    )
    return Finding("Pictures", False, missing, f"/campaigns/{campaign_id}/assets")
