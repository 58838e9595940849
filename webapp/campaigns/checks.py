"""What a campaign needs before it is launched, as far as the campaign itself knows."""

from webapp.accounts import queries as accounts
from webapp.approvals.readiness import Finding, content_check, readiness_check
from webapp.campaigns import timing
from webapp.campaigns.links import links_of
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import find
from webapp.links import queries as links
from webapp.links.models import LinkCheck
from webapp.links.urls import short

#: How many links a sentence names.
NAMED = 3
#: Answers of a server that do not pass by themselves: the page is not there.
NOT_THERE = (404, 410)


@content_check("campaign")
def dates_are_sane(campaign_id: int) -> Finding:
    """Its end is ahead, and the day it would start on is open."""
    campaign = find(Campaign, campaign_id)
    words, edit = "Dates", f"/campaigns/{campaign_id}/edit"
    if campaign.ends_at <= clock.now():
        return Finding(words, False, "Its end has passed: move the dates", edit)
    if (closed := timing.closed_until(campaign)) is not None:
        opens_at, why = closed
        day = zones.today(opens_at, campaign.zone)
        return Finding(
            words,
            False,
            f"It would start on a day that is closed: {why}. From {day.day} {day:%B} on it may: "
            "move its start",
            edit,
        )
    return Finding(words, True)


@content_check("campaign")
def somebody_owns_it(campaign_id: int) -> Finding:
    """Its owner is still of the team."""
    campaign = find(Campaign, campaign_id)
    is_here = accounts.membership_of(campaign.owner_id) is not None
    missing = "Its owner left the team: choose another one"
    return Finding("Owner", is_here, missing, f"/campaigns/{campaign_id}/edit")


@readiness_check("campaign")
def it_starts_ahead(campaign_id: int) -> Finding:
    """Approval comes before the start, not after it."""
    campaign = find(Campaign, campaign_id)
    missing = "Its start has passed: it would start as soon as it is approved"
    is_ahead = campaign.starts_at > clock.now()
    return Finding("Start", is_ahead, missing, f"/campaigns/{campaign_id}/edit")


@readiness_check("campaign")
def it_says_what_it_is(campaign_id: int) -> Finding:
    """Whoever decides reads its description."""
    campaign = find(Campaign, campaign_id)
    missing = "Say in a few sentences what it is about"
    edit = f"/campaigns/{campaign_id}/edit"
    return Finding("Description", bool(campaign.description.strip()), missing, edit)


@readiness_check("campaign")
def it_says_whom_it_is_for(campaign_id: int) -> Finding:
    """Whoever decides reads its target audience."""
    campaign = find(Campaign, campaign_id)
    missing = "Say whom it is for"
    edit = f"/campaigns/{campaign_id}/edit"
    return Finding("Audience", bool(campaign.target_audience.strip()), missing, edit)


@content_check("campaign")
def its_links_lead_somewhere(campaign_id: int) -> Finding | None:
    """No address in its texts is known to be none: a page that is not there, a host that is none.
    Nothing is asked here: looks are taken in the background.
    """
    gone = [one for one in _looks(campaign_id) if one is not None and _is_gone(one)]
    if not gone:
        return None
    does = "link does" if len(gone) == 1 else "links do"
    named = ", ".join(short(one.url) for one in gone[:NAMED])
    more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
    missing = f"{len(gone)} {does} not lead anywhere: {named}{more}"
    return Finding("Links", False, missing, f"/campaigns/{campaign_id}/edit")


@readiness_check("campaign")
def its_links_answer(campaign_id: int) -> Finding | None:
    """Somebody answers at every address; None when there are none. Who does not answer now may
    later, and holds nothing back.
    """
    looks = _looks(campaign_id)
    if not looks:
        return None
    seen = [one for one in looks if one is not None and one.checked_at]
    silent = [short(one.url) for one in seen if not one.is_fine and not _is_gone(one)]
    coming = sum(one is None or one.is_waiting for one in looks)
    said = []
    if silent:
        does = "link does" if len(silent) == 1 else "links do"
        more = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
        said.append(f"{len(silent)} {does} not answer now: {', '.join(silent[:NAMED])}{more}")
    if coming:
        said.append(f"{coming} {'is' if coming == 1 else 'are'} being checked")
    words = "Answers at its links"
    return Finding(words, not said, "; ".join(said), f"/campaigns/{campaign_id}/edit")


def _is_gone(look: LinkCheck) -> bool:
    return look.state == "refused" or look.http_status in NOT_THERE


def _looks(campaign_id: int) -> list[LinkCheck | None]:
    """What is known of each address in a campaign's texts."""
    urls = links_of(find(Campaign, campaign_id))
    known = links.known(urls) if urls else {}
    return [known.get(one) for one in urls]
