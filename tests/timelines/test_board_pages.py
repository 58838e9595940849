"""The tasks tab: the board's lanes, the other views, what each role may press, and the way back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event as sql

from tests import people
from tests.clients import signed_in, stranger
from tests.timelines import plans
from webapp.accounts.commands import edit_profile
from webapp.accounts.queries import person
from webapp.core import clock
from webapp.db import db, find
from webapp.timelines.models import Task
from webapp.views.task_board import DONE_SHOWN


def tab(campaign, query=""):
    return f"/campaigns/{campaign.id}/tasks{query}"


def lane(page, state):
    """The board's HTML of one lane."""
    found = re.search(
        rf'<section class="lane"[^>]*aria-labelledby="lane-{state}">.*?</section>', page, re.S
    )
    assert found, f"there is no lane {state}"
    return found[0]


def titles(html):
    return re.findall(r'<h3><a href="/tasks/\d+" dir="auto">([^<]*)</a></h3>', html)


def test_a_stranger_signs_in_first(app, campaign):
    assert stranger(app).get(tab(campaign)).status_code == 303


def test_the_board_has_four_lanes_with_their_tasks(app, team, campaign):
    for title, move in (("Artwork", "start"), ("Masters", "review"), ("Photos", "finish")):
        plans.move(team, plans.task(team, campaign, title), move)
    plans.task(team, campaign, "Upload")

    page = signed_in(app, team.vera).get(tab(campaign)).text

    assert titles(lane(page, "todo")) == ["Upload"]
    assert titles(lane(page, "in_progress")) == ["Artwork"]
    assert titles(lane(page, "in_review")) == ["Masters"]
    assert titles(lane(page, "done")) == ["Photos"]
    assert page.count("<h1") == 1


def test_milestones_and_cancelled_tasks_are_not_on_the_board_but_in_the_list(app, team, campaign):
    plans.task(team, campaign, "Release day", 0, is_milestone=True)
    plans.move(team, plans.task(team, campaign, "Old idea"), "cancel")
    mia = signed_in(app, team.mia)

    board, listed = mia.get(tab(campaign)).text, mia.get(tab(campaign, "?view=list")).text

    assert titles(board) == []
    assert "1 cancelled" in board
    assert "Release day" in listed
    assert "Old idea" in listed


def test_a_card_says_when_what_skills_whose_and_what_it_waits_for(app, team, campaign):
    first = plans.task(team, campaign, "Artwork")
    due = plans.monday()
    plans.task(
        team, campaign, "Teasers", skills="Video, German, Cut, Sound", priority="urgent",
        assignee_id=team.mia.id, due_on=due, waits_for_id=first.id,
    )  # fmt: skip

    page = signed_in(app, team.vera).get(tab(campaign)).text
    card = re.search(r'<li class="task" id="task-2-card".*?</li>', page, re.S)[0]

    assert f'<time datetime="{due.isoformat()}">' in card
    assert re.findall(r'class="tag" dir="auto">(\w+)<', card) == ["Video", "German", "Cut"]
    assert '>+1<span class="sr"> more skills' in card
    assert '<span class="tag warn">Urgent</span>' in card
    assert 'title="Mia Moss"' in card
    assert '<span class="sr">Waits for </span>1' in card


def test_a_card_counts_only_what_is_not_done_yet(app, team, campaign):
    first = plans.task(team, campaign, "Artwork")
    plans.task(team, campaign, "Teasers", waits_for_id=first.id)
    plans.move(team, first, "finish")

    page = signed_in(app, team.vera).get(tab(campaign)).text

    assert "Waits for" not in page


def test_a_blocked_card_says_why_and_an_overdue_one_that_it_is_late(app, team, campaign):
    late = plans.task(team, campaign, "Artwork", due_on=plans.monday())
    plans.block(team, late, "No <still> yet")
    clock.travel(30 * 24 * 3600)

    page = signed_in(app, team.vera).get(tab(campaign)).text

    assert 'Blocked: <span dir="auto">No &lt;still&gt; yet</span>' in page
    assert " class=warn-t>" in page
    assert ", late</time>" in page


def test_the_critical_path_is_marked(app, team, campaign, chain):
    page = signed_in(app, team.vera).get(tab(campaign)).text

    assert page.count('<span class="tag">Critical</span>') == 3


def test_done_shows_the_newest_and_unfolds_the_rest(app, team, campaign):
    for number in range(DONE_SHOWN + 2):
        task = plans.task(team, campaign, f"Task {number}")
        plans.move(team, task, "finish")
        clock.travel(60)
    mia = signed_in(app, team.mia)

    page = mia.get(tab(campaign)).text
    unfolded = mia.get(tab(campaign, "?done=all")).text

    assert titles(lane(page, "done")) == [f"Task {n}" for n in range(6, 1, -1)]
    assert "Show 2 more" in page
    assert len(titles(lane(unfolded, "done"))) == DONE_SHOWN + 2
    assert f'id="campaign-{campaign.id}-board"' not in unfolded, "a push would fold it again"


def test_a_lane_without_tasks_says_so_to_who_listens(app, team, campaign):
    page = signed_in(app, team.vera).get(tab(campaign)).text

    assert page.count('<p class="none"><span class="sr">Nothing here</span></p>') == 4


@pytest.mark.parametrize("text", ["art", "ARTWORK", "vidéo", "mia art", "print"])
def test_the_filter_looks_at_titles_skills_phases_and_people(app, team, campaign, text):
    plans.task(team, campaign, "Artwork", skills="Video", phase="Print", assignee_id=team.mia.id)
    plans.task(team, campaign, "Masters")

    page = signed_in(app, team.mia).get(tab(campaign, f"?q={text}")).text

    assert titles(page) == ["Artwork"]
    assert f'id="campaign-{campaign.id}-board"' not in page, "a push would show everything"


def test_by_person_shows_who_left_and_what_is_nobodys(app, team, campaign):
    plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)
    plans.task(team, campaign, "Masters")
    plans.gone(team, team.mia)

    page = signed_in(app, team.bob).get(tab(campaign, "?view=person")).text
    headings = re.findall(r'id="person-\d">(?:<span.*?</span>)?<span dir="auto">(.*?)</span>', page)

    assert headings == ["Nobody", "Mia Moss"]
    assert "Left the team" in page


@pytest.mark.parametrize("view", ["board", "list", "person", "trash"])
def test_every_view_costs_the_same_with_one_task_or_twenty(app, team, campaign, view):
    def statements():
        seen = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        client = signed_in(app, team.mia)
        sql.listen(db.engine, "before_cursor_execute", listen)
        client.get(tab(campaign, f"?view={view}"))
        sql.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    first = plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)
    few = statements()
    for number in range(20):
        plans.task(team, campaign, f"Task {number}", assignee_id=team.bob.id, waits_for_id=first.id)

    assert statements() == few


def test_a_task_is_added_by_its_form(app, team, campaign):
    mia = signed_in(app, team.mia)

    answer = mia.post(
        tab(campaign),
        data={"title": "Teasers", "estimate_minutes": "960", "skills": "Video", "priority": "high"},
    )

    assert answer.headers["Location"] == tab(campaign)
    assert plans.by_title(campaign)["Teasers"].estimate_minutes == 960


def test_another_one_may_be_written_at_once(app, team, campaign):
    answer = signed_in(app, team.mia).post(
        tab(campaign), data={"title": "Teasers", "another": "true"}
    )

    assert answer.headers["Location"] == f"{tab(campaign)}/new"


def test_a_refused_task_keeps_what_was_typed_beside_the_error(app, team, campaign):
    answer = signed_in(app, team.mia).post(
        tab(campaign), data={"title": "", "skills": "Video", "due_on": "sometime"}
    )

    assert answer.status_code == 422
    assert 'value="Video"' in answer.text
    assert 'id="title-error"' in answer.text
    assert "Write the date as year-month-day" in answer.text
    assert plans.by_title(campaign) == {}


def test_a_moved_card_answers_with_the_way_back(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")
    mia = signed_in(app, team.mia)

    moved = mia.post(f"/tasks/{task.id}/moves", data={"move": "start", "version": task.version})
    page = mia.get(moved.headers["Location"]).text
    fields = dict(
        re.findall(r'name="(move|version|next)" value="([^"]*)"', page.split('id="toasts"')[1])
    )
    mia.post(f"/tasks/{task.id}/moves", data=fields)

    assert "“Artwork” moved to In progress" in page
    assert fields["move"] == "put_back"
    assert find(Task, task.id).state == "todo"


@pytest.mark.parametrize(
    ("moves", "words", "back"),
    [
        (["finish"], "Undo", "put_back"),
        (["start", "finish"], "Undo", "start"),
        (["cancel"], "Undo", "revive"),
        (["start", "cancel"], "Put back", "revive"),
        (["cancel", "revive"], "Undo", "cancel"),
    ],
)
def test_each_move_offers_the_one_that_takes_it_back(app, team, campaign, moves, words, back):
    task = plans.task(team, campaign, "Artwork")
    mia = signed_in(app, team.mia)

    for move in moves:
        version = find(Task, task.id).version
        mia.post(f"/tasks/{task.id}/moves", data={"move": move, "version": version})
    toast = mia.get(f"/tasks/{task.id}").text.split('id="toasts"')[1]

    assert f'name="move" value="{back}"' in toast
    assert f">{words}</button>" in toast


def htmx(path):
    return {"HX-Request": "true", "HX-Current-URL": f"http://localhost{path}"}


def test_a_drop_is_answered_with_the_board_as_it_is_then(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/moves",
        data={"move": "start", "version": task.version},
        headers=htmx(tab(campaign, "?q=art")),
    )

    assert answer.status_code == 200
    assert titles(lane(answer.text, "in_progress")) == ["Artwork"]
    assert f'name="next" value="{tab(campaign, "?q=art")}"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("move", "version", "words"),
    [
        ("start", 99, "The task changed since you loaded this page"),
        ("revive", 1, "Cannot revive a task that is todo"),
    ],
)
def test_a_refused_drop_answers_with_the_true_board_and_the_reason(
    app, team, campaign, move, version, words
):
    task = plans.task(team, campaign, "Artwork")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/moves",
        data={"move": move, "version": version},
        headers=htmx(tab(campaign)),
    )

    assert titles(lane(answer.text, "todo")) == ["Artwork"]
    assert words in answer.text
    assert find(Task, task.id).state == "todo"


def test_a_stale_press_of_a_plain_page_is_a_conflict(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/moves", data={"move": "start", "version": 99}
    )

    assert answer.status_code == 409
    assert "The task changed since you loaded this page" in answer.text


def test_the_way_back_leads_nowhere_else(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/moves",
        data={"move": "start", "version": 1, "next": "//evil.example"},
    )

    assert answer.headers["Location"] == "/"


def test_the_trash_keeps_a_task_and_gives_it_back(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")
    mia = signed_in(app, team.mia)

    answer = mia.post(f"/tasks/{task.id}/trash", data={"next": tab(campaign)})
    page = mia.get(answer.headers["Location"]).text
    trash = mia.get(tab(campaign, "?view=trash")).text
    mia.post(f"/tasks/{task.id}/restore")

    assert "moved to the trash" in page
    assert f'action="/tasks/{task.id}/restore"' in page.split('id="toasts"')[1]
    assert "1 in the trash" in page
    assert "Artwork" in trash
    assert find(Task, task.id).trashed_at is None


def test_the_menu_of_a_card_offers_what_its_reader_may_do(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    of_mia = signed_in(app, team.mia).get(f"/tasks/{task.id}/menu").text
    of_vera = signed_in(app, team.vera).get(f"/tasks/{task.id}/menu").text

    assert re.findall(r'name="move" value="(\w+)"', of_mia) == [
        "start", "review", "finish", "cancel",
    ]  # fmt: skip
    assert "<form" not in of_vera


def test_the_tab_counts_what_still_has_to_happen(app, team, campaign):
    plans.task(team, campaign, "Artwork")
    plans.move(team, plans.task(team, campaign, "Masters"), "finish")
    plans.task(team, campaign, "Release day", 0, is_milestone=True)

    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}").text

    assert f'id="campaign-{campaign.id}-task-count" data-live class="c">1<' in page


def test_ones_own_open_tasks_stand_on_one_page_soonest_first(app, team, campaign):
    other = people.draft(team, name="Second")
    mine = {"assignee_id": team.mia.id}
    plans.task(team, campaign, "Later", due_on=plans.monday(1), **mine)
    plans.task(team, other, "Sooner", due_on=plans.monday(), **mine)
    plans.move(team, plans.task(team, campaign, "Done", **mine), "finish")
    plans.task(team, campaign, "Not mine", assignee_id=team.bob.id)

    page = signed_in(app, team.mia).get("/tasks").text

    assert re.findall(r'<a href="/tasks/\d+" dir="auto">(.*?)</a>', page) == ["Sooner", "Later"]


def test_ones_own_tasks_end_on_the_day_it_is_where_one_is(app, team, campaign):
    mia = person(team.mia.id)
    edit_profile(
        name=mia.name, company="", zone="Pacific/Kiritimati", version=mia.version, by=team.mia.actor
    )
    plans.task(team, campaign, "Poster", assignee_id=team.mia.id)
    plans.begin(team, campaign, plans.monday())

    page = signed_in(app, team.mia).get("/tasks").text

    # 17:00 UTC is the next morning, fourteen hours ahead.
    assert f"{plans.monday() + timedelta(days=1):%-d %b}" in page


def test_a_header_that_is_no_address_is_no_board(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/moves",
        data={"move": "start", "version": task.version},
        headers={"HX-Request": "true", "HX-Current-URL": "https://["},
    )

    assert answer.status_code < 500
    assert find(Task, task.id).state == "in_progress"
