"""Everything features register, imported once by every process: operations, kinds, subscribers,
import sources.

A process that lacks one would drop its work, so a missing module is an error at start, not later.
"""

import importlib

MODULES = (
    "webapp.accounts.commands",
    "webapp.accounts.password_change",
    "webapp.accounts.resets",
    "webapp.availability.commands",
    "webapp.approvals.commands",
    "webapp.approvals.guest_commands",
    "webapp.approvals.policies",
    "webapp.approvals.stage_commands",
    "webapp.campaigns.commands",
    "webapp.campaigns.trash",
    "webapp.campaigns.launch",
    "webapp.campaigns.links",
    "webapp.campaigns.checks",
    "webapp.campaigns.policies",
    "webapp.campaigns.subjects",
    "webapp.comments.commands",
    "webapp.files.commands",
    "webapp.timelines.commands",
    "webapp.timelines.tasks",
    "webapp.timelines.time_spent",
    "webapp.timelines.dates_shift",
    "webapp.timelines.checks",
    "webapp.timelines.policies",
    "webapp.ads.commands",
    "webapp.ads.budget_change",
    "webapp.ads.checks",
    "webapp.files.checks",
    "webapp.ads.policies",
    "webapp.ads.reports.source",
    "webapp.ads.results",
    "webapp.imports.commands",
    "webapp.imports.policies",
    "webapp.calendars.commands",
    "webapp.sharing.numbers",
    "webapp.sharing.plan",
    "webapp.sharing.commands",
    "webapp.timelines.plan_part",
    "webapp.assignments.commands",
    "webapp.assignments.policies",
    "webapp.escalations.policies",
    "webapp.notifications.policies",
    "webapp.notifications.commands",
    "webapp.notifications.slack_commands",
    "webapp.playbooks.commands",
    "webapp.playbooks.trash",
    "webapp.playbooks.policies",
    "webapp.demo.commands",
    "webapp.demo.telling",
)


def load() -> None:
    """Import every module that registers something."""
    for module in MODULES:
        importlib.import_module(module)
