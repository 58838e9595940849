"""Campaigns with years of daily results, bulk-loaded; the rollups are then built by the product."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from tests import people
from tests.bench.ground import ON_PG, Raw, ready_app
from tests.bench.list_page import AD_CAMPAIGN, CAMPAIGN, EVENT, campaigns, events, instant
from webapp.ads.platforms import PLATFORMS
from webapp.ads.results import rebuild_rollups
from webapp.db import acting_for

DAYS = 730
DAILY = (
    *("team_id", "campaign_id", "ad_campaign_id", '"on"', "grain_key", "impressions", "clicks"),
    *("spend_cents", "spend_raw", "conversions", "value_cents", "source", "updated_at"),
)
AT_ONCE = 50


class History:
    """A team with `count` campaigns, each with two years on six platforms, and another team's rows
    between them.
    """

    def __init__(self, count: int) -> None:
        self.app, self.raw, self.count = ready_app(), Raw(), count
        with self.app.app_context():
            team = people.found_team(self.app)
        self.team_id = team.id
        own = [team.alice.id, team.bob.id]
        charlie = team.charlie.actor.team_id
        assert charlie is not None
        self.loaded = self.next_id = 0
        self.parts = 0
        began = time.monotonic()
        while self.loaded < count:
            size = min(AT_ONCE, count - self.loaded)
            self._load(team.id, own, size)
            self._load(charlie, [team.charlie.id], 1)
            self.loaded += size
        self.rows = self.parts * DAYS
        print(f"{self.rows:,} daily rows loaded in {time.monotonic() - began:.0f} s")
        self.rebuild(self.app)
        for table in ("platform_day", "campaign_day", "campaign_total") if ON_PG else ():
            self.raw.run(f"VACUUM ANALYZE {table}")  # as its own daemon does within a minute

    def _load(self, team_id: int, owners: list[int], size: int) -> None:
        ids = range(self.next_id + 1, self.next_id + size + 1)
        self.next_id += size
        self.raw.load("campaign", CAMPAIGN, campaigns(ids, team_id, owners))
        self.raw.load("event", EVENT, events(ids, team_id))
        parts = [
            (self.parts + 1 + index, campaign_id, platform)
            for index, (campaign_id, platform) in enumerate(
                (campaign_id, platform) for campaign_id in ids for platform in PLATFORMS
            )
        ]
        self.parts += len(parts)
        self.raw.load("ad_campaign", AD_CAMPAIGN, ad_campaigns(parts, team_id))
        self.raw.load("daily_result", DAILY, daily(parts, team_id))

    def rebuild(self, app: Flask) -> None:
        """Every sum anew, as the operator's command does it."""
        with app.app_context(), acting_for(self.team_id):
            began = time.monotonic()
            found = rebuild_rollups()
        took = time.monotonic() - began
        rows = self.count * len(PLATFORMS) * DAYS
        print(f"rollups of {found:,} campaigns in {took:.1f} s: {rows / took:,.0f} facts/s")


def ad_campaigns(parts: list[tuple[int, int, str]], team_id: int) -> Iterator[tuple[Any, ...]]:
    now = instant(datetime.now(UTC))
    for part_id, campaign_id, platform in parts:
        yield (part_id, team_id, campaign_id, platform, "", "", 1500_00, "live", now, now, 1)


def daily(parts: list[tuple[int, int, str]], team_id: int) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC)
    days = [(now - timedelta(back)).date().isoformat() for back in range(DAYS)]
    stored = instant(now)
    for part_id, campaign_id, _ in parts:
        for number, on in enumerate(days):
            seen = 1000 + (part_id * 7 + number * 13) % 900
            clicks, cents = seen // 40, 2000 + seen
            yield (
                *(team_id, campaign_id, part_id, on, "", seen, clicks, cents, "", clicks // 5),
                *(cents * 3, "bench", stored),
            )
