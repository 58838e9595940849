"""What of a campaign people may talk about and attach files to: kinds of rows, registered by the
features that own them, so that neither comments nor files name anything above them.
"""

from collections.abc import Callable

from webapp.campaigns.models import Campaign
from webapp.core.errors import NotFound
from webapp.db import find

#: kind → the id of the campaign its row belongs to; raises NotFound, and Conflict in the trash.
_owners: dict[str, Callable[[int], int]] = {}


def register_subject(kind: str, campaign_of: Callable[[int], int]) -> None:
    """Let rows of a kind be subjects; the name is their table's."""
    if _owners.get(kind, campaign_of) is not campaign_of:
        raise RuntimeError(f"the subject {kind!r} is registered twice")
    _owners[kind] = campaign_of


def open_subject(kind: str, subject_id: int) -> int:
    """The campaign of a row of this team that may still be added to. Raises NotFound for what is
    no subject, Conflict for what is in the trash.
    """
    if kind not in _owners:
        raise NotFound()
    campaign_id = _owners[kind](subject_id)
    find(Campaign, campaign_id).check_kept()
    return campaign_id


def _campaign_itself(campaign_id: int) -> int:
    return find(Campaign, campaign_id).id


register_subject("campaign", _campaign_itself)
