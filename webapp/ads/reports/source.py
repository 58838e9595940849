"""Ad platforms' reports as a source of staged imports: how they are read, what they must fit, how
they are compared, applied and taken back.
"""

from datetime import date

from webapp.ads.reports.content import read
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.review import look
from webapp.ads.reports.store import apply, judge, revert
from webapp.campaigns.models import Campaign
from webapp.core.errors import Invalid
from webapp.db import find
from webapp.imports.sources import Source, Values, register

AD_REPORT = "ad_report"
#: The roles a person may give to columns nobody knows.
ASKED = (
    Role.DAY,
    Role.CAMPAIGN,
    Role.SPEND,
    Role.IMPRESSIONS,
    Role.CLICKS,
    Role.CONVERSIONS,
    Role.VALUE,
    Role.CURRENCY,
)


def check(campaign_id: int, claims: Values) -> None:
    """A campaign has one currency, nothing is converted; one in the trash takes nothing. Holds the
    campaign: one import of it compares and writes at a time.
    """
    campaign = find(Campaign, campaign_id, lock=True)
    campaign.check_kept()
    currency = claims.get("currency")
    if currency and currency != campaign.currency:
        raise Invalid(
            {
                "file": f"The report is in {currency}, this campaign in {campaign.currency}."
                " Amounts are never converted, so it cannot be imported here."
            }
        )


def period_of(claims: Values) -> tuple[date, date]:
    """The first and the last day with results."""
    return date.fromisoformat(claims["first_on"]), date.fromisoformat(claims["last_on"])


register(
    Source(
        name=AD_REPORT,
        words="Google Ads, Meta, LinkedIn, TikTok and Microsoft Ads, or any table by day",
        read=read,
        check=check,
        judge=judge,
        look=look,
        apply=apply,
        revert=revert,
    )
)
