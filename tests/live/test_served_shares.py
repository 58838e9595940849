"""A shared page's socket against real processes: without an account, for its link only, closed
with it.
"""

import re
import urllib.error
from collections.abc import Iterator

import pytest

from tests.live.test_served import EMAIL, make_campaign
from tests.live.visitor import Visitor, close_code, message_with
from tests.served import Served, served
from webapp.web import topics

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(
        tmp_path_factory.mktemp("served"), DASHBOARD_SECRET="another, for tests only"
    ) as running:
        Visitor(running.url).sign_up(EMAIL, "Northlight")
        yield running


@pytest.fixture
def alice(product: Served) -> Iterator[Visitor]:
    visitor = Visitor(product.url).sign_in(EMAIL)
    yield visitor
    visitor.leave()


@pytest.fixture
def outsider(product: Served) -> Iterator[Visitor]:
    visitor = Visitor(product.url)
    yield visitor
    visitor.leave()


@pytest.fixture
def campaign(alice: Visitor) -> str:
    make_campaign(alice, "Tidal Lines EP")
    return max(re.findall(r"/campaigns/\d+", alice.get("/campaigns")), key=len)


def share(visitor: Visitor, campaign: str) -> str:
    """Make a link; answers its path."""
    page = visitor.submit(
        f"{campaign}/share",
        f"{campaign}/share",
        name="Label partners",
        sections=["overview", "results"],
        days="7",
        kind="live",
    )
    found = re.search(r"/s/[\w-]{43}", page)
    assert found
    return found.group()


def rename(visitor: Visitor, campaign: str, name: str) -> None:
    html = visitor.get(f"{campaign}/edit")
    version = re.findall(r'name="version" value="(\d+)"', html)[-1]
    visitor.submit(
        f"{campaign}/edit",
        f"{campaign}/edit",
        name=name,
        type="music_release",
        objective="streams",
        owner_id="1",
        version=version,
    )


def revoke(visitor: Visitor) -> None:
    form = re.search(r"/shared-links/\d+/revoke", visitor.get("/settings/links"))
    assert form
    visitor.submit("/settings/links", form.group())


def test_an_outsider_sees_a_change_the_moment_it_is_made(alice, outsider, campaign):
    page = outsider.socket(share(alice, campaign))

    rename(alice, campaign, "Ebb and flow")

    assert '<div id="share-lead"' in message_with(page, "Ebb and flow")


def test_a_revoked_link_closes_its_sockets_and_lets_in_no_other(alice, outsider, campaign):
    path = share(alice, campaign)
    page = outsider.socket(path)
    ticket = re.search(r"/ws\?t=([^\"]+)", outsider.get(path))[1]

    revoke(alice)

    assert message_with(page, "<!--reload-->")
    assert close_code(page) == 1008
    assert close_code(alice.socket(ticket=ticket)) == 1008
    with pytest.raises(urllib.error.HTTPError, match="404"):
        outsider.get(path)


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_another_site_may_not_watch_a_shared_page(alice, outsider, campaign, origin):
    assert close_code(outsider.socket(share(alice, campaign), origin=origin)) == 1008


def test_a_ticket_signed_with_the_applications_own_secret_is_refused(alice, outsider, campaign):
    path = share(alice, campaign)
    forged = topics.sign(topics.of_share(share_id=1, team_id=1, campaign_id=1), "for tests only")

    assert close_code(outsider.socket(path, ticket=forged)) == 1008


def test_a_members_ticket_opens_nothing_for_an_outsider(alice, outsider, campaign):
    ticket = re.search(r"/ws\?t=([^\"]+)", alice.get("/"))[1]

    assert close_code(outsider.socket(share(alice, campaign), ticket=ticket)) == 1008


def test_what_an_outsider_sends_changes_nothing_and_a_flood_ends_it(alice, outsider, campaign):
    page = outsider.socket(share(alice, campaign))

    for _ in range(50):
        page.send('{"topics": ["team:1"]}')

    assert close_code(page) == 1008
