"""Every model, imported once, so that the metadata is whole wherever the program starts."""

from webapp import operations
from webapp.accounts import models as accounts
from webapp.ads import models as ads
from webapp.approvals import models as approvals
from webapp.assignments import models as assignments
from webapp.availability import models as availability
from webapp.calendars import models as calendars
from webapp.campaigns import models as campaigns
from webapp.comments import models as comments
from webapp.demo import models as demo
from webapp.escalations import models as escalations
from webapp.events import models as events
from webapp.files import models as files
from webapp.imports import models as imports
from webapp.links import models as links
from webapp.notifications import models as notifications
from webapp.playbooks import models as playbooks
from webapp.sharing import models as sharing
from webapp.timelines import models as timelines

__all__ = [
    "accounts",
    "ads",
    "approvals",
    "assignments",
    "availability",
    "calendars",
    "campaigns",
    "comments",
    "demo",
    "escalations",
    "events",
    "files",
    "imports",
    "links",
    "notifications",
    "operations",
    "playbooks",
    "sharing",
    "timelines",
]
