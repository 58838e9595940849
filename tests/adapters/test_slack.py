"""Posting to Slack: the forms of its documentation, and what each of its answers means for us."""

import pytest

from tests.adapters.servers import answers, says
from webapp.adapters import addresses, slack
from webapp.adapters.slack import Api, Channel, Rejected, SlackError, TryLater, Unknown, Webhook
from webapp.adapters.slack_text import header, mrkdwn, section

HUSH = "hush0token"


@pytest.fixture
def hook(httpserver):
    """`hook("ok", 200)`: a webhook that answers so."""
    addresses.admit(frozenset({(httpserver.host, httpserver.port)}))

    def answering(text, status=200, **headers) -> Webhook:
        path = f"/services/T0/B0/{HUSH}"
        httpserver.expect_request(path, method="POST").respond_with_data(
            text, status, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return Webhook(httpserver.url_for(path))

    return answering


@pytest.fixture
def api(httpserver):
    """`api({"ok": True}, 200)`: an app's channel, at a Slack that answers so."""
    addresses.admit(frozenset({(httpserver.host, httpserver.port)}))

    def answering(said, status=200, **headers) -> Api:
        httpserver.expect_request("/api/chat.postMessage", method="POST").respond_with_json(
            said, status, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return Api(httpserver.url_for("/api/"))

    return answering


CHANNEL = Channel("C1H9RESGL", f"xoxb-{HUSH}")


def sent(httpserver) -> tuple[dict, dict]:
    """The headers and the content of the one request."""
    ((request, _),) = httpserver.log
    return dict(request.headers), request.get_json()


def test_a_webhook_gets_the_message_in_slacks_form(hook, httpserver):
    ts = Api().post(hook("ok"), "R&B <3", [header("Hi"), section(mrkdwn("*{}*", "<x>"))])

    headers, body = sent(httpserver)
    assert ts == ""
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert body["text"] == "R&amp;B &lt;3"
    assert [one["type"] for one in body["blocks"]] == ["header", "section"]
    assert body["blocks"][1]["text"] == {"type": "mrkdwn", "text": "*&lt;x&gt;*"}


def test_a_channel_gets_the_message_and_answers_its_id(api, httpserver):
    said = {"ok": True, "channel": "C1H9RESGL", "ts": "1503435956.000247", "message": {}}

    ts = api(said).post(CHANNEL, "Hello")

    headers, body = sent(httpserver)
    assert ts == "1503435956.000247"
    assert headers["Authorization"] == f"Bearer xoxb-{HUSH}"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert (body["channel"], body["text"]) == ("C1H9RESGL", "Hello")
    assert "blocks" not in body


@pytest.mark.parametrize(
    ("status", "said", "is_gone"),
    [
        (400, "invalid_payload", False),
        (400, "no_text", False),
        (400, "invalid_blocks", False),
        (400, "user_not_found", True),
        (403, "action_prohibited", True),
        (404, "channel_not_found", True),
        (404, "no_service", True),
        (410, "channel_is_archived", True),
    ],
)
def test_a_webhooks_refusal_is_for_ever(status, said, is_gone, hook):
    with pytest.raises(Rejected) as refused:
        Api().post(hook(said, status), "x")

    assert (refused.value.reason, refused.value.is_gone) == (said, is_gone)


@pytest.mark.parametrize(
    "said",
    [
        *("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
        *("channel_not_found", "not_in_channel", "is_archived", "restricted_action"),
    ],
)
def test_a_channel_or_token_that_is_of_no_use_is_gone(said, api):
    with pytest.raises(Rejected) as refused:
        api({"ok": False, "error": said}).post(CHANNEL, "x")

    assert (refused.value.reason, refused.value.is_gone) == (said, True)


@pytest.mark.parametrize("said", ["no_text", "msg_too_long", "invalid_blocks", "something_new"])
def test_a_message_that_slack_does_not_take_leaves_the_channel(said, api):
    with pytest.raises(Rejected) as refused:
        api({"ok": False, "error": said, "response_metadata": {"messages": ["x"]}}).post(
            CHANNEL, "x"
        )

    assert (refused.value.reason, refused.value.is_gone) == (said, False)


def test_a_scope_that_is_missing_is_named(api):
    said = {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "x"}

    with pytest.raises(Rejected) as refused:
        api(said).post(CHANNEL, "x")

    assert (refused.value.reason, refused.value.is_gone) == ("missing_scope:chat_write", True)


@pytest.mark.parametrize(
    "said",
    [
        *("ratelimited", "rate_limited", "internal_error", "fatal_error", "request_timeout"),
        "service_unavailable",
    ],
)
def test_what_passes_is_for_later(said, api):
    with pytest.raises(TryLater) as later:
        api({"ok": False, "error": said}, retry_after="12").post(CHANNEL, "x")

    assert (later.value.reason, later.value.retry_after) == (said, 12.0)


def test_too_many_messages_wait_as_long_as_slack_says(hook, api):
    with pytest.raises(TryLater) as by_hook:
        Api().post(hook("rate_limited", 429, retry_after="30"), "x")
    with pytest.raises(TryLater) as by_api:
        api({"ok": False, "error": "ratelimited"}, 429, retry_after="31").post(CHANNEL, "x")

    assert (by_hook.value.retry_after, by_api.value.retry_after) == (30.0, 31.0)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_slack_that_is_ill_is_for_later(status, hook):
    with pytest.raises(TryLater) as later:
        Api().post(hook("<html>Sorry</html>", status), "x")

    assert (later.value.reason, later.value.retry_after) == (f"status_{status}", None)


def test_a_rollup_error_is_for_later(hook):
    with pytest.raises(TryLater, match="rollup_error"):
        Api().post(hook("rollup_error", 500), "x")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"])
def test_a_connection_lost_on_the_way_is_unknown(said, serve):
    server = serve(says(said))

    with pytest.raises(Unknown):
        Api().post(Webhook(server.url), "x")


def test_a_slow_answer_is_unknown(serve, monkeypatch):
    monkeypatch.setattr(slack, "TIMEOUT_SECONDS", 0.2)
    server = serve(says(b""))
    server.scripts[0] = server.drip(b"", b"x")

    with pytest.raises(Unknown, match="tooslow"):
        Api().post(Webhook(server.url), "x")


def test_nobody_listening_is_for_later(serve):
    server = serve(says(b""))
    server.__exit__()

    with pytest.raises(TryLater):
        Api().post(Webhook(server.url), "x")


@pytest.mark.parametrize("said", ["fine", "", "<html>"])
def test_an_answer_nobody_documented_is_unknown(said, hook):
    with pytest.raises(Unknown):
        Api().post(hook(said), "x")


@pytest.mark.parametrize("said", [[], {}, {"ok": "yes"}, "ok", None])
def test_an_api_answer_nobody_documented_is_unknown(said, api):
    with pytest.raises(Unknown):
        api(said).post(CHANNEL, "x")


def test_a_redirect_is_not_followed(serve):
    elsewhere = serve(answers("200 OK", b"ok"))
    server = serve(answers("302 Found", location=elsewhere.url))

    with pytest.raises(Rejected):
        Api().post(Webhook(server.url), "x")

    assert elsewhere.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T024BE7LD/B024BE7LD/abcDEF123",
        "https://hooks.slack.com:443/services/T024BE7LD/B024BE7LD/abcDEF123",
    ],
)
def test_a_webhook_of_slack_is_one(url):
    assert slack.is_webhook(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com.evil.example/services/T0/B0/x",
        "https://evil.example/services/T0/B0/x",
        "https://hooks.slack.com@evil.example/services/T0/B0/x",
        "https://u:p@hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack.com:8443/services/T0/B0/x",
        "https://hooks.slack.com/services/../api/T0",
        "https://hooks.slack.com/services/T0/B0/x?y=1",
        "https://hooks.slack.com/",
        "https://127.0.0.1/services/T0/B0/x",
        "hooks.slack.com/services/T0/B0/x",
        "",
    ],
)
def test_another_address_is_no_webhook_and_is_never_asked(url, names):
    asked = names()

    with pytest.raises(Rejected) as refused:
        Api().post(Webhook(url), "x")

    assert not slack.is_webhook(url)
    assert (asked, refused.value.is_gone) == ([], True)


def test_neither_address_nor_token_is_shown_or_logged(hook, api, caplog):
    caplog.set_level("DEBUG")
    webhook = hook(f"no {HUSH}", 404)

    with pytest.raises(SlackError) as by_hook:
        Api().post(webhook, "x")
    with pytest.raises(SlackError) as by_api:
        api({"ok": False, "error": f"xoxb-{HUSH}"}).post(CHANNEL, "x")

    shown = f"{webhook!r}{CHANNEL!r}{by_hook.value!r}{by_api.value!r}"
    logged = [one.getMessage() for one in caplog.records if one.name != "werkzeug"]
    assert HUSH not in shown + "".join(logged)  # werkzeug is the server of this test


def test_a_name_server_that_leads_astray_is_for_later(names):
    names(hooks_slack_com=[["10.0.0.1"]])

    with pytest.raises(TryLater, match="address_not_allowed"):
        Api().post(Webhook("https://hooks.slack.com/services/T0/B0/x"), "x")


def test_a_token_that_cannot_be_sent_is_of_no_use(api):
    with pytest.raises(Rejected) as refused:
        api({"ok": True}).post(Channel("C1", f"{HUSH}\r\nX: y"), "x")

    assert refused.value.is_gone
    assert HUSH not in repr(refused.value)
