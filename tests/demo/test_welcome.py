"""/welcome: how a team begins, the demo on its way, into it and back, and its end."""

import re

import pytest
from sqlalchemy import func, select

from tasks import context
from tests import people
from tests.clients import signed_in, stranger
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.accounts import queries as accounts
from webapp.accounts.models import Membership, Team, User
from webapp.campaigns.models import Campaign
from webapp.core import fault
from webapp.core.errors import Conflict, WrongUse
from webapp.db import acting_for, db, find
from webapp.demo import cast, founding
from webapp.demo.commands import advance, ask_for_demo, remove_demo
from webapp.demo.models import Demo
from webapp.demo.story import CAMPAIGNS
from webapp.events.models import Event

SIGN_UP = {
    "name": "Ann Ash",
    "email": "ann@example.com",
    "password": people.PASSWORD,
    "team_name": "Tideline",
}


@pytest.fixture
def demo(team):
    """Alice's demo, ready."""
    demo_id = ask_for_demo(by=team.alice.actor)
    people.run_background()
    return find(Demo, demo_id)


def counted(team_id):
    """The rows of a team, its log aside: what a removal itself set off is a receipt, too."""
    with context.fresh(), acting_for("all"):
        return {
            table.name: number
            for table in db.metadata.sorted_tables
            if "team_id" in table.c and table.name not in ("event", "receipt")
            if (
                number := db.session.scalar(
                    select(func.count()).select_from(table).where(table.c.team_id == team_id)
                )
            )
        }


def test_a_sign_up_leads_there(app):
    answer = stranger(app).post("/signup", data=SIGN_UP)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/welcome/")


def test_it_needs_a_sign_in(app, team):
    assert stranger(app).get("/welcome/").headers["Location"].startswith("/login")


def test_an_owner_chooses_between_three_ways(app, team):
    page = signed_in(app, team.alice).get("/welcome/").text

    assert re.findall(r'name="start" value="(\w+)"', page) == ["demo", "import", "blank"]
    assert f"{len(CAMPAIGNS)} campaigns" in page


def test_a_member_is_offered_what_members_may_do(app, team):
    page = signed_in(app, team.mia).get("/welcome/").text

    assert re.findall(r'name="start" value="(\w+)"', page) == ["import", "blank"]


def test_a_viewer_is_offered_nothing_to_press(app, team):
    page = signed_in(app, team.vera).get("/welcome/").text

    assert 'name="start"' not in page
    assert "Go to home" in page


@pytest.mark.parametrize(
    ("start", "where"),
    [
        ("blank", "/campaigns/new"),
        ("import", "/campaigns/new?then=imports"),
        ("", "/campaigns/new"),
    ],
)
def test_the_other_ways_begin_with_a_campaign(app, team, start, where):
    answer = signed_in(app, team.mia).post("/welcome/", data={"start": start})

    assert answer.headers["Location"] == where


def test_a_campaign_made_for_an_import_leads_to_its_imports(app, team):
    alice = signed_in(app, team.alice)
    form = people.plan(team) | {"then": "imports"}

    page = alice.get("/campaigns/new?then=imports").text
    answer = alice.post("/campaigns", data=form)

    assert 'name="then" value="imports"' in page
    assert re.fullmatch(r"/campaigns/\d+/imports", answer.headers["Location"])


def test_an_import_is_still_next_after_a_refused_form(app, team):
    form = people.plan(team, budget="none") | {"then": "imports"}

    page = signed_in(app, team.alice).post("/campaigns", data=form)

    assert page.status_code == 422
    assert 'name="then" value="imports"' in page.text


def test_asking_shows_the_demo_on_its_way(app, team):
    alice = signed_in(app, team.alice)

    answer = alice.post("/welcome/", data={"start": "demo"})
    page = alice.get("/welcome/").text

    assert answer.headers["Location"] == "/welcome/"
    assert f"Making it: 0 of {len(CAMPAIGNS)} campaigns" in page
    assert "Open the demo" not in page


def test_only_an_owner_asks_for_a_demo(app, team):
    answer = signed_in(app, team.bob).post("/welcome/", data={"start": "demo"})

    assert answer.status_code == 403
    assert db.session.scalars(select(Demo)).all() == []


def test_asking_twice_is_asking_once(app, team):
    def ask():
        return ask_for_demo(by=team.alice.actor)

    first, second = at_once(ask, ask, team_id=team.id)

    assert first == second
    assert names_of("demo", first) == ["demo.asked"]


def test_the_page_says_how_far_it_is(app, team):
    demo_id = ask_for_demo(by=team.alice.actor)
    advance(demo_id, 3, by=team.alice.actor)
    advance(demo_id, 2, by=team.alice.actor)

    page = signed_in(app, team.alice).get("/welcome/").text

    assert f"Making it: 3 of {len(CAMPAIGNS)} campaigns" in page


def test_each_campaign_that_is_told_is_an_event(app, team, demo):
    assert names_of("demo", demo.id) == [
        "demo.asked",
        *["demo.advanced"] * len(CAMPAIGNS),
        "demo.finished",
    ]
    assert_one_event_per_version(Demo, Campaign, Team, User, Membership)


def test_a_ready_demo_is_a_team_beside_the_own_one(app, team, demo):
    own, other = accounts.teams_of(team.alice.id)

    assert (own.id, own.is_demo) == (team.id, False)
    assert (other.id, other.is_demo) == (demo.demo_team_id, True)
    assert db.session.scalars(select(Campaign).where(Campaign.team_id == team.id)).all() == []


def test_its_asker_owns_it_alone(app, team, demo):
    db.session.expunge_all()
    with acting_for(demo.demo_team_id):
        owners = [user.id for member, user in accounts.members() if member.role == "owner"]

    assert owners == [team.alice.id]


def test_opening_it_shows_history_and_says_that_it_is_a_demo(app, team, demo):
    alice = signed_in(app, team.alice)

    answer = alice.post(f"/welcome/demo/{demo.id}/open")
    home = alice.get("/").text

    assert answer.headers["Location"] == "/"
    assert "Everything here is made up" in home
    assert cast.TEAM in home
    assert "Tidal Lines EP" in home
    assert "Two decisions wait for you." in home


def test_one_goes_back_to_the_own_team(app, team, demo):
    alice = signed_in(app, team.alice)
    alice.post(f"/welcome/demo/{demo.id}/open")

    alice.post("/welcome/leave")
    home = alice.get("/").text

    assert "Everything here is made up" not in home
    assert "Northlight" in home


def test_a_demo_on_its_way_is_not_opened(app, team):
    demo_id = ask_for_demo(by=team.alice.actor)

    assert signed_in(app, team.alice).post(f"/welcome/demo/{demo_id}/open").status_code == 404


def test_another_owner_who_is_not_in_it_does_not_get_in(app, team, demo):
    membership = accounts.membership_of(team.bob.id)
    membership_id, version = membership.id, membership.version
    people.accounts.change_member(
        membership_id=membership_id,
        role="owner",
        approve_limit="",
        version=version,
        by=team.alice.actor,
    )

    assert signed_in(app, team.bob).post(f"/welcome/demo/{demo.id}/open").status_code == 404


def test_removing_it_deletes_its_team_and_everything_in_it(app, team, demo):
    demo_id, demo_team_id = demo.id, demo.demo_team_id
    before = counted(team.id)

    answer = signed_in(app, team.alice).post(f"/welcome/demo/{demo_id}/remove")
    people.run_background()

    assert answer.headers["Location"] == "/welcome/"
    assert counted(demo_team_id) == {}
    assert db.session.get(Team, demo_team_id) is None
    made_up = select(User).where(User.email.endswith(cast.PUBLIC_DOMAIN))
    assert db.session.scalars(made_up).all() == []
    kept = {key: number for key, number in counted(team.id).items() if key in before}
    assert kept.items() >= {"membership": 4, "demo": 1}.items()


def test_the_events_of_a_removed_demo_stay(app, team, demo):
    demo_team_id = demo.demo_team_id
    remove_demo(demo_id=demo.id, by=team.alice.actor)
    people.run_background()

    with context.fresh(), acting_for("all"):
        query = select(Event.name).where(Event.team_id == demo_team_id).order_by(Event.id.desc())
        assert db.session.scalars(query).first() == "team.deleted"


def test_after_a_removal_a_new_one_may_be_asked_for(app, team, demo):
    remove_demo(demo_id=demo.id, by=team.alice.actor)
    people.run_background()

    again = ask_for_demo(by=team.alice.actor)
    people.run_background()

    assert again != demo.id
    assert find(Demo, again).is_ready


def test_a_demo_on_its_way_is_not_removed(app, team):
    demo_id = ask_for_demo(by=team.alice.actor)

    with pytest.raises(Conflict, match="on its way"):
        remove_demo(demo_id=demo_id, by=team.alice.actor)


def test_a_team_that_is_no_demo_is_never_deleted(app, team):
    db.session.rollback()
    db.session.expunge_all()

    with pytest.raises(WrongUse):
        founding.delete_demo(team.id, "example.com", by=team.alice.actor)

    assert db.session.get(Team, team.id) is not None


def test_a_load_that_fails_is_tried_again_and_doubles_nothing(app, team):
    def fail_once():
        fault.disarm()
        raise LookupError

    demo_id = ask_for_demo(by=team.alice.actor)
    fault.arm("demo.after_campaign", fail_once)
    people.run_background()
    assert not find(Demo, demo_id).is_ready

    people.clock.travel(10)
    people.run_background()

    demo_team_id = find(Demo, demo_id).demo_team_id
    with context.fresh(), acting_for("all"):
        told = select(func.count()).where(Campaign.team_id == demo_team_id)
        assert db.session.scalar(told) == len(CAMPAIGNS)
