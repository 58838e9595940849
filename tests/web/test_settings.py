"""Combinations of settings that cannot work are refused before anything starts."""

import pytest

from webapp.config import BadSettings, Settings, documented

PG = {"DATABASE_URL": "postgres://db/x", "REDIS_URL": "redis://r", "SECRET_KEY": "k"}


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "SECRET_KEY"),
        ({"ENV": "production"}, "SECRET_KEY"),
        ({"ENV": "prod"}, "one of"),
        ({"ENV": "test", "REDIS_URL": "redis://r"}, "SQLite"),
        ({"ENV": "test", "WEB_CONCURRENCY": "2"}, "WEB_CONCURRENCY"),
        ({"ENV": "test", "WEB_CONCURRENCY": "2", "DATABASE_URL": "postgres://x/y"}, "REDIS_URL"),
        (PG | {"DRUMBEAT_CLOCK_FILE": "/tmp/clock"}, "CLOCK_FILE"),
        (PG | {"DRUMBEAT_FAULT": "timers.after_claim"}, "FAULT"),
        (PG | {"HTTP_ALLOW": "127.0.0.1:80"}, "HTTP_ALLOW"),
        ({"ENV": "test", "HTTP_ALLOW": "127.0.0.1"}, "HTTP_ALLOW"),
        ({"ENV": "test", "HTTP_ALLOW": "sink:80, :81"}, "HTTP_ALLOW"),
        ({"ENV": "test", "SIGNUP": "everybody"}, "SIGNUP"),
        ({"ENV": "test", "PORT": "http"}, "PORT"),
        ({"ENV": "test", "PROXY_HOPS": "-1"}, "PROXY_HOPS"),
        ({"ENV": "test", "THREADS": "0"}, "THREADS"),
        ({"ENV": "test", "THREADS": "²"}, "THREADS"),
        ({"ENV": "test", "DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_change(environ, words):
    with pytest.raises(BadSettings, match=words):
        Settings.from_environ(environ)


@pytest.mark.parametrize("environ", [PG, PG | {"WEB_CONCURRENCY": "4"}, {"SECRET_KEY": "k"}])
def test_what_platforms_set_is_enough(environ):
    settings = Settings.from_environ(environ)

    assert settings.is_production
    assert settings.cookies_are_secure


def test_production_keeps_what_people_typed_out_of_its_errors():
    config = Settings.from_environ(PG).as_flask()

    assert config["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True
    assert config["SESSION_COOKIE_NAME"] == "__Host-drumbeat"
    assert config["SESSION_COOKIE_SECURE"] is True


def test_every_variable_says_what_it_is_for():
    names = [name for name, _, words in documented() if words]

    assert len(names) == len(set(names)) == len(Settings.__dataclass_fields__)
    assert {"DATABASE_URL", "REDIS_URL", "PORT", "SECRET_KEY", "WEB_CONCURRENCY"} <= set(names)


def test_the_dashboard_has_a_secret_of_its_own_made_from_the_applications():
    one, same, other = (
        Settings.from_environ(PG | {"SECRET_KEY": key}).as_flask() for key in ("a", "a", "b")
    )

    assert one["DASHBOARD_SECRET"] == same["DASHBOARD_SECRET"]
    assert len({one["DASHBOARD_SECRET"], other["DASHBOARD_SECRET"], "a", "b"}) == 4


def test_a_named_dashboard_secret_is_taken_as_it_is():
    assert (
        Settings.from_environ(PG | {"DASHBOARD_SECRET": "d"}).as_flask()["DASHBOARD_SECRET"] == "d"
    )


def test_hosts_to_connect_to_in_tests_are_read_as_pairs():
    settings = Settings.from_environ({"ENV": "test", "HTTP_ALLOW": "sink:8025, [::1]:90,"})

    assert settings.admitted_hosts == {("sink", 8025), ("[::1]", 90)}


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"MAIL_URL": "smtp://mail.example"}, "MAIL_FROM"),
        ({"MAIL_URL": "mail.example:587"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://mail.example:x"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://me@mail.example"}, "password"),
        ({"MAIL_URL": "smtp://me:hush@mail.example?starttls=no"}, "encryption"),
        ({"MAIL_URL": "smtp://me:hu/sh@mail.example"}, "MAIL_URL"),
        ({"MAIL_URL": "smtps://mail.example?starttls=no"}, "MAIL_URL"),
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM"),
    ],
)
def test_mail_that_could_not_be_sent_is_refused_without_its_password(environ, words):
    with pytest.raises(BadSettings, match=words) as refused:
        Settings.from_environ({"ENV": "test"} | environ)

    assert "hush" not in str(refused.value)


def test_mail_goes_where_its_address_says():
    settings = Settings.from_environ(
        PG | {"MAIL_URL": "smtp://me:a%2Fb@mail.example", "MAIL_FROM": "Us <us@mail.example>"}
    )

    server = settings.mail_server
    assert server is not None
    assert (server.host, server.port, server.encryption) == ("mail.example", 587, "starttls")
    assert (server.user, server.password) == ("me", "a/b")
    assert "a/b" not in repr(server)
    assert settings.mail_sender == "Us <us@mail.example>"


def test_no_mail_is_sent_unless_somebody_says_where():
    settings = Settings.from_environ(PG | {"PUBLIC_URL": "https://desk.example"})

    assert settings.mail_server is None
    assert settings.mail_sender == "Drumbeat <drumbeat@desk.example>"
