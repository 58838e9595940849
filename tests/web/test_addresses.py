"""Where requests come from and where they are sent: proxies, `next`, session cookies."""

import pytest

from tests import people
from webapp.views.accounts import safe_next

EVIL = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:/evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nLocation: https://evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x00/evil.example",
    "/\x7f/evil.example",
    "evil.example",
    "@evil.example",
    "",
    None,
]


@pytest.mark.parametrize("target", EVIL)
def test_next_never_leads_to_another_site(target):
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/campaigns?q=a&tab=live", "/campaigns/1#top", "/å?q=ü"])
def test_next_leads_to_our_own_pages(target):
    assert safe_next(target) == target


@pytest.mark.parametrize("target", [one for one in EVIL if one])
def test_after_sign_in_nobody_is_sent_elsewhere(bare_app, made, target):
    answer = bare_app.test_client().post(
        "/theme", data={"theme": "dark", "next": target}, headers={"HX-Request": "true"}
    )

    assert answer.headers["HX-Redirect"] == "/"


def test_a_page_with_accents_in_its_address_is_reached_by_htmx_too(client):
    answer = client.post(
        "/theme", data={"theme": "dark", "next": "/campaigns?q=Å"}, headers={"HX-Request": "true"}
    )

    assert answer.headers["HX-Redirect"] == "/campaigns?q=%C3%85"


def attempt(client, forwarded_for=None, password="a wrong password"):
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
    form = {"email": "alice@example.com", "password": password}
    return client.post("/login", data=form, headers=headers).status_code


def test_a_forged_forwarded_for_does_not_dodge_the_throttle(bare_app, made):
    client = bare_app.test_client()
    statuses = [attempt(client, f"198.51.100.{n}") for n in range(11)]

    assert statuses == [422] * 10 + [429]


def test_behind_a_proxy_only_its_own_word_counts(another_app, made):
    client = another_app(proxy_hops="1").test_client()
    statuses = [attempt(client, f"203.0.113.{n}, 192.0.2.1") for n in range(11)]

    assert statuses == [422] * 10 + [429]
    assert attempt(client, "192.0.2.2", people.PASSWORD) == 303


def test_the_page_says_how_long_to_wait(bare_app, made):
    client = bare_app.test_client()
    for _ in range(10):
        attempt(client)

    answer = client.post("/login", data={"email": "alice@example.com", "password": "x"})

    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_a_forged_forwarded_host_names_no_host_of_ours(another_app, made):
    client = another_app(proxy_hops="1").test_client()
    client.post("/login", data={"email": made.alice.email, "password": people.PASSWORD})
    client.post("/settings/members/invites", data={"role": "member"})

    answer = client.get("/settings/members", headers={"X-Forwarded-Host": "evil.example"})

    assert "evil.example" not in answer.text
    assert "/join/" in answer.text


def cookie_of(client):
    return client.get_cookie("drumbeat").value


def test_signing_in_changes_the_cookie(bare_app, made):
    client = bare_app.test_client()
    client.get("/login")
    before = client.get_cookie("drumbeat")
    attempt(client, password=people.PASSWORD)

    assert before is None or cookie_of(client) != before.value


def test_after_sign_out_the_old_cookie_is_worthless(bare_app, made):
    client = made.alice.sign_in(bare_app)
    stolen = cookie_of(client)
    assert client.post("/logout").status_code == 303

    thief = bare_app.test_client()
    thief.set_cookie("drumbeat", stolen)
    answer = thief.get("/campaigns")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


def test_revoking_another_browser_ends_it(bare_app, made):
    here, there = made.alice.sign_in(bare_app), made.alice.sign_in(bare_app)

    answer = here.post("/settings/sessions/2/revoke")

    assert answer.status_code == 303
    assert there.get("/campaigns").status_code == 303
    assert here.get("/campaigns").status_code == 200


def test_a_persons_theme_follows_them(bare_app, made):
    made.alice.sign_in(bare_app).post("/theme", data={"theme": "dark"})

    assert 'data-theme="dark"' in made.alice.sign_in(bare_app).get("/campaigns").text
    assert 'data-theme="dark"' not in made.bob.sign_in(bare_app).get("/campaigns").text
