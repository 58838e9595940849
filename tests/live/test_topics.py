"""The ticket of a page: what opens a socket, and what does not."""

import pytest
from itsdangerous import URLSafeSerializer

from webapp.core import clock
from webapp.core.errors import Forbidden
from webapp.web import topics
from webapp.web.topics import LASTS_SECONDS, Ticket, of_page, opened, sign

TICKET = Ticket(3, 5, 7, ("team:7", "user:5"))


@pytest.fixture(autouse=True)
def own_time():
    clock.reset()
    yield
    clock.reset()


def test_a_ticket_says_what_was_signed():
    assert opened(sign(TICKET, "secret"), "secret") == TICKET


@pytest.mark.parametrize("place", [0, 10, -5])
def test_a_ticket_that_was_changed_is_refused(place):
    token = list(sign(TICKET, "secret"))
    token[place] = "A" if token[place] != "A" else "B"

    with pytest.raises(Forbidden):
        opened("".join(token), "secret")


def test_a_ticket_of_another_secret_is_refused():
    with pytest.raises(Forbidden):
        opened(sign(TICKET, "another secret"), "secret")


@pytest.mark.parametrize("token", ["", ".", "a.b", "ä", "null", "\x00"])
def test_what_is_no_ticket_is_refused(token):
    with pytest.raises(Forbidden):
        opened(token, "secret")


def test_something_else_signed_with_the_same_secret_is_refused():
    with pytest.raises(Forbidden):
        opened(URLSafeSerializer("secret", salt="a form").dumps([1, 2, 3, 4, []]), "secret")


def test_a_signed_value_of_another_shape_is_refused():
    with pytest.raises(Forbidden):
        opened(URLSafeSerializer("secret", salt=topics._SALT).dumps([1, 2]), "secret")


def test_a_ticket_lasts_its_hours_and_not_longer():
    token = sign(TICKET, "secret")

    clock.travel(LASTS_SECONDS - 60)
    assert opened(token, "secret") == TICKET

    clock.travel(120)
    with pytest.raises(Forbidden, match="too old"):
        opened(token, "secret")


def test_a_page_follows_its_team_its_person_and_its_campaign():
    assert of_page(user_id=5, team_id=7) == ("team:7", "user:5")
    assert of_page(user_id=5, team_id=7, campaign_id=9) == ("team:7", "user:5", "campaign:9")


def test_a_shared_page_follows_its_link_and_nothing_of_the_team():
    ticket = topics.of_share(share_id=3, team_id=7, campaign_id=9)

    assert ticket.topics == ("share:3:9",)
    assert (ticket.session_id, ticket.user_id, ticket.campaign_id) == (0, 0, 9)
    assert opened(sign(ticket, "secret"), "secret") == ticket


def test_a_page_of_the_team_is_about_no_one_campaign():
    assert TICKET.campaign_id is None
