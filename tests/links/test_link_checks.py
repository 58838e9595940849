"""Links in what is written about a campaign are looked at in the background, and its page says
which do not answer.
"""

import threading

import pytest

from tasks import links as looks
from tests import people
from tests.adapters.servers import answers
from tests.clients import signed_in
from tests.events.ledger import events
from webapp.approvals.readiness import readiness_of
from webapp.campaigns.commands import edit_campaign, submit_campaign
from webapp.campaigns.links import check_links
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.errors import Conflict
from webapp.db import find, unit_of_work
from webapp.links import commands, queries

DAY = 24 * 60 * 60
OK = answers("200 OK", b"hello")
NOT_THERE = answers("404 Not Found")


def linking(team, *urls: str) -> Campaign:
    return people.draft(team, description="See " + " and ".join(urls))


def said(campaign) -> str | None:
    """What the list of what is missing says about links: '' when they are fine. Only what leads
    nowhere holds the launch back.
    """
    found = [
        item
        for item in readiness_of("campaign", campaign.id).items
        if item.finding.words in ("Links", "Answers at its links")
    ]
    assert [item.is_blocking for item in found] == [item.finding.words == "Links" for item in found]
    missing = [item.finding.missing for item in found if not item.finding.is_ready]
    return "; ".join(missing) if found else None


def state_of(url: str) -> tuple[str, int | None]:
    found = queries.known([url])[url]
    return found.state, found.http_status


def methods(server) -> list[bytes]:
    return [one.split()[0] for one in server.heard]


def test_a_campaign_without_links_has_nothing_to_check(team, campaign):
    people.run_background()

    assert said(campaign) is None
    assert events("link.asked") == []


def test_a_new_campaigns_links_are_being_checked_until_they_were(team, serve):
    server = serve(OK)
    draft = linking(team, server.url)
    assert said(draft) == "1 is being checked"

    people.run_background()

    assert said(draft) == ""
    assert state_of(server.url) == ("ok", 200)
    assert methods(server) == [b"HEAD"]
    assert len(events("link.checked")) == 1


def test_nothing_is_asked_inside_the_request_that_writes(team, serve):
    server = serve(OK)

    linking(team, server.url)

    assert server.heard == []


def test_links_that_do_not_answer_are_named(team, serve):
    server = serve(NOT_THERE)
    draft = linking(team, server.url + "a", "http://127.0.0.1/admin")

    people.run_background()

    place = server.url.removeprefix("http://")
    assert said(draft) == f"2 links do not lead anywhere: {place}a, 127.0.0.1/admin"
    assert state_of(server.url + "a") == ("broken", 404)
    assert state_of("http://127.0.0.1/admin") == ("refused", None)


def test_a_link_that_leads_nowhere_keeps_anybody_from_being_asked(team, serve):
    draft = linking(team, serve(NOT_THERE).url)
    people.run_background()
    draft = find(Campaign, draft.id)

    with pytest.raises(Conflict, match="not lead anywhere"):
        submit_campaign(campaign_id=draft.id, version=draft.version, by=team.alice.actor)


def test_who_does_not_answer_now_holds_nothing_back(team, serve):
    draft = linking(team, serve(answers("500 Sorry")).url)
    people.run_background()
    draft = find(Campaign, draft.id)

    submit_campaign(campaign_id=draft.id, version=draft.version, by=team.alice.actor)

    assert find(Campaign, draft.id).state == "in_review"


def test_one_link_is_one_link(team, serve):
    server = serve(answers("500 Sorry"))
    draft = linking(team, server.url)

    people.run_background()

    assert said(draft).startswith("1 link does not answer now: 127.0.0.1:")


def test_of_many_links_three_are_named(team, serve):
    server = serve(NOT_THERE)
    draft = linking(team, *(f"{server.url}{n}" for n in range(5)))

    people.run_background()

    assert said(draft).startswith("5 links do not lead anywhere: ")
    assert said(draft).endswith("/2 and 2 more")


@pytest.mark.parametrize("status", ["405 No", "501 No", "403 No"])
def test_a_server_that_does_not_know_head_is_asked_in_full(status, team, serve):
    server = serve(answers(status), OK)
    linking(team, server.url)

    people.run_background()

    assert methods(server) == [b"HEAD", b"GET"]
    assert state_of(server.url) == ("ok", 200)


def test_a_large_file_is_there_and_not_loaded(team, serve):
    server = serve(answers("405 No"), answers("200 OK", b"x" * 2_000_000))
    linking(team, server.url)

    people.run_background()

    assert state_of(server.url) == ("ok", 200)


@pytest.mark.parametrize("status", ["401 Who", "403 No", "429 Slowly"])
def test_what_is_guarded_is_there(status, team, serve):
    server = serve(answers(status))
    linking(team, server.url)

    people.run_background()

    assert state_of(server.url)[0] == "ok"


def test_redirects_are_followed(team, serve):
    server = serve(answers("301 Moved", location="/there"), OK)
    linking(team, server.url)

    people.run_background()

    assert state_of(server.url) == ("ok", 200)


def test_a_redirect_into_the_network_of_the_server_is_refused(team, serve):
    server = serve(answers("302 Found", location="http://169.254.169.254/"))
    linking(team, server.url)

    people.run_background()

    assert state_of(server.url) == ("refused", None)


def test_nobody_listening_is_unreachable(team, serve):
    server = serve(OK)
    server.__exit__()
    linking(team, server.url)

    people.run_background()

    assert state_of(server.url) == ("unreachable", None)


def edit(team, draft, description: str) -> None:
    campaign = find(Campaign, draft.id)
    kept = ("name", "type", "objective", "target_audience", "owner_id", "version")
    words = {name: getattr(campaign, name) for name in kept}
    edit_campaign(campaign_id=draft.id, description=description, by=team.alice.actor, **words)


def test_an_edit_looks_only_at_what_is_new(team, serve):
    one, other = serve(OK), serve(NOT_THERE)
    draft = linking(team, one.url)
    people.run_background()

    edit(team, draft, f"{one.url} {other.url}")
    people.run_background()

    assert (len(one.heard), len(other.heard)) == (1, 2)
    assert said(draft).startswith("1 link does not lead anywhere")


def test_a_link_that_is_taken_out_is_not_spoken_of(team, serve):
    server = serve(NOT_THERE)
    draft = linking(team, server.url)
    people.run_background()

    edit(team, draft, "Nothing")

    assert said(draft) is None


@pytest.mark.parametrize(("days", "looked"), [(6, 1), (8, 2)])
def test_asking_for_approval_looks_again_after_a_week(days, looked, team, serve):
    server = serve(OK)
    draft = people.draft(
        team,
        description=server.url,
        start_on=clock.now().date().replace(year=2030),
        target_on=clock.now().date().replace(year=2031),
    )
    people.run_background()
    clock.travel(days * DAY)

    submit_campaign(
        campaign_id=draft.id, version=find(Campaign, draft.id).version, by=team.alice.actor
    )
    people.run_background()

    assert len(server.heard) == looked


def test_a_person_has_them_looked_at_again(team, serve):
    server = serve(NOT_THERE, NOT_THERE, OK)
    draft = linking(team, server.url)
    people.run_background()
    clock.travel(61)

    check_links(campaign_id=draft.id, by=team.mia.actor)
    assert said(draft).endswith("; 1 is being checked")
    people.run_background()

    assert said(draft) == ""


def test_nobody_makes_us_ask_a_host_again_and_again(team, serve):
    server = serve(OK)
    draft = linking(team, server.url)
    people.run_background()

    for _ in range(3):
        check_links(campaign_id=draft.id, by=team.mia.actor)
        people.run_background()

    assert len(server.heard) == 1


def test_in_the_trash_nothing_is_looked_at(team, serve):
    draft = linking(team, "https://a.example")
    with unit_of_work():
        find(Campaign, draft.id, lock=True).trashed_at = clock.now()

    with pytest.raises(Conflict):
        check_links(campaign_id=draft.id, by=team.alice.actor)


def test_what_no_text_asked_for_in_months_is_forgotten(team):
    commands.ask_for(["https://a.example"])
    clock.travel(91 * DAY)

    commands.ask_for(["https://b.example"])

    assert set(queries.known(["https://a.example", "https://b.example"])) == {"https://b.example"}


def test_one_request_at_a_time_goes_to_a_host(serve):
    at_once, most, lock = [], [], threading.Lock()

    def slowly(sock) -> None:
        with lock:
            at_once.append(1)
            most.append(len(at_once))
        server.stop.wait(0.05)
        with lock:
            at_once.pop()
        OK(sock)

    server = serve(slowly)
    threads = [threading.Thread(target=looks.look_at, args=[server.url]) for _ in range(4)]

    for one in threads:
        one.start()
    for one in threads:
        one.join(10)

    assert (len(server.heard), max(most)) == (4, 1)


def test_the_page_offers_another_look_to_who_may_edit(app, team):
    draft = linking(team, "http://127.0.0.1/admin")
    people.run_background()
    clock.travel(61)
    mia, vera = signed_in(app, team.mia), signed_in(app, team.vera)
    path = f"/campaigns/{draft.id}"

    page = mia.get(path).text
    answer = mia.post(f"{path}/links")

    assert "1 link does not lead anywhere: 127.0.0.1/admin" in page
    assert "Check its links again" in page
    assert "Check its links again" not in vera.get(path).text
    assert (answer.status_code, len(events("link.asked"))) == (303, 2)


def test_the_page_offers_no_look_where_there_are_no_links(app, team, campaign):
    page = signed_in(app, team.alice).get(f"/campaigns/{campaign.id}").text

    assert "Check its links again" not in page
