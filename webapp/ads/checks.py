"""What a campaign's ads need before it is launched."""

from webapp.ads.queries import planned_parts
from webapp.approvals.readiness import Finding, content_check, readiness_check
from webapp.campaigns.models import Campaign
from webapp.core import money
from webapp.db import find


@content_check("campaign")
def the_budget_equals_its_allocations(campaign_id: int) -> Finding | None:
    """What the platforms get adds up to the budget, to the cent; nothing to add without any."""
    parts = planned_parts(campaign_id)
    if not parts:
        return None
    campaign = find(Campaign, campaign_id)
    split = sum(part.allocated_cents for part in parts)
    given, budget = (
        money.words(cents, campaign.currency, cents=True)
        for cents in (split, campaign.budget_cents)
    )
    missing = f"The platforms get {given} of {budget}: split it anew"
    is_equal = split == campaign.budget_cents
    return Finding("Budget split", is_equal, missing, f"/campaigns/{campaign_id}/budget")


@readiness_check("campaign")
def there_is_money_to_spend(campaign_id: int) -> Finding:
    """Platforms without a budget show nothing; a budget without platforms is spent nowhere."""
    has_parts, budget = bool(planned_parts(campaign_id)), find(Campaign, campaign_id).budget_cents
    url = f"/campaigns/{campaign_id}/budget"
    if has_parts and not budget:
        return Finding("Platforms", False, "They have no budget yet", url)
    if budget and not has_parts:
        return Finding("Platforms", False, "Nothing says where the budget goes", url)
    return Finding("Platforms", True)
