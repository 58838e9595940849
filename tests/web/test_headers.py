"""What every answer carries, whatever it is: policy, protection, cookies, caching."""

import re

import pytest

from tests import people

ANSWERS = [
    ("GET", "/health", 200),
    ("GET", "/login", 200),
    ("GET", "/", 303),
    ("GET", "/no/such/page", 404),
    ("GET", "/campaigns/999999999999999999999999", 404),
    ("GET", "/logout", 405),
    ("POST", "/login", 422),
    ("GET", "/join/wrong", 404),
    ("GET", "/s/wrong", 404),
    ("POST", "/s/wrong", 404),
    ("GET", "/dashboard/auth?token=wrong", 303),
    ("GET", "/api/dashboard", 401),
    ("GET", "/static/no-such-file.js?v=1", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_is_protected(client, method, path, status):
    answer = client.open(path, method=method)

    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    for directive in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src-attr")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Cookie", "HX-Request"} <= set(re.split(r",\s*", answer.headers["Vary"]))
    assert answer.headers["X-Request-Id"]


def test_a_broken_page_is_protected_too(client, replace_view):
    def broken():
        raise RuntimeError("secret detail")

    replace_view("health.health", broken)

    answer = client.get("/health")

    assert answer.status_code == 500
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_answer_has_a_nonce_of_its_own(client):
    nonces = {
        re.search(r"'nonce-([\w-]{20,})'", client.get("/login").headers["Content-Security-Policy"])[
            1
        ]
        for _ in range(3)
    }

    assert len(nonces) == 3


def test_of_the_cdn_only_the_pinned_files_may_run(another_app):
    policy = (
        another_app(assets="cdn").test_client().get("/login").headers["Content-Security-Policy"]
    )

    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    hosts = [source for source in scripts.split() if source.startswith("https:")]
    assert len(hosts) == 2
    assert all(source.endswith(".min.js") for source in hosts)


def signed_in_over_https(app, team):
    client = app.test_client()
    answer = client.post(
        "/login",
        data={"email": team.alice.email, "password": people.PASSWORD},
        base_url="https://drumbeat.example",
    )
    assert answer.status_code == 303
    return client, answer


def test_cookies_of_production_only_travel_over_https(another_app, made):
    _, answer = signed_in_over_https(another_app(secure_cookies="yes"), made)

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-drumbeat=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie.split("; ")
    assert "Domain" not in cookie


def test_hsts_is_sent_where_cookies_are_secure(another_app, client):
    answer = another_app(secure_cookies="yes").test_client().get("/login")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/login").headers


def test_over_plain_http_the_cookie_is_still_unreadable_for_scripts(bare_app, made):
    answer = bare_app.test_client().post(
        "/login", data={"email": made.alice.email, "password": people.PASSWORD}
    )

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("drumbeat=")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_the_theme_cookie_is_guarded_like_the_others(another_app):
    client = another_app(secure_cookies="yes").test_client()

    answer = client.post("/theme", data={"theme": "dark"})

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_named_static_files_are_kept_and_others_asked_again(client):
    with client.get("/static/app.css?v=1") as named, client.get("/static/app.css") as plain:
        assert "immutable" in named.headers["Cache-Control"]
        assert "immutable" not in plain.headers["Cache-Control"]
        assert named.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("taken", "sent"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("zstd;q=0.1, gzip", "gzip"),
        ("identity", None),
    ],
)
def test_a_page_is_packed_as_the_browser_can_unpack_it(client, taken, sent):
    answer = client.get("/login", headers={"Accept-Encoding": taken})

    assert answer.headers.get("Content-Encoding") == sent
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_only_named_origins_may_read_the_json(another_app):
    client = another_app(cors_origins="https://desk.example").test_client()

    own = client.get("/health", headers={"Origin": "https://desk.example"})
    other = client.get("/health", headers={"Origin": "https://evil.example"})

    assert own.headers["Access-Control-Allow-Origin"] == "https://desk.example"
    assert "Access-Control-Allow-Origin" not in other.headers
