"""The byte thread with real sockets: who gets what, who is dropped, with which code it ends."""

import threading

import pytest
from wsproto.events import CloseConnection, Ping, TextMessage

from tests.live.pages import PATIENCE, after_what_is_asked, opened, opened_with_client, pair, ticket
from webapp.live import hub as hub_module
from webapp.live.hub import BACKLOG, MESSAGE_BYTES, SILENT_SECONDS, Client, Hub


def test_a_message_reaches_those_who_follow_the_topic_and_nobody_else(hub):
    follower, other = opened(hub, ticket("campaign:1")), opened(hub, ticket("campaign:2"))

    hub.broadcast(1, "campaign:1", "for one")
    hub.broadcast(1, "campaign:2", "for two")

    assert follower.read(1) == ["for one"]
    assert other.read(1) == ["for two"]


def test_a_message_of_one_team_reaches_no_page_of_another_with_the_same_topic(hub):
    own = opened(hub, ticket("user:7", team_id=1))
    elsewhere = opened(hub, ticket("user:7", team_id=2))

    hub.broadcast(1, "user:7", "first team")
    hub.broadcast(2, "user:7", "second team")

    assert own.read(1) == ["first team"]
    assert elsewhere.read(1) == ["second team"]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_message_of_any_size_arrives_whole(hub, size):
    page = opened(hub, ticket("team:1"))

    hub.broadcast(1, "team:1", "ä" * size)

    assert page.read(1) == ["ä" * size]


def test_a_reader_that_pauses_gets_every_message_whole_and_in_order(hub):
    page, client = opened_with_client(hub, ticket("team:1"))
    messages = [f"{number}:" + "x" * 90_000 for number in range(5)]

    for message in messages:
        hub.broadcast(1, "team:1", message)
    after_what_is_asked(hub)

    assert client.backlog, "the kernel took everything: this proves nothing"
    assert page.read(5) == messages


def test_a_reader_that_never_reads_is_dropped_and_the_others_are_not_kept_waiting(hub):
    dead, quick = opened(hub, ticket("team:1")), opened(hub, ticket("team:1"))
    message = "x" * 100_000

    for number in range(60):
        hub.broadcast(1, "team:1", message)
        quick.read(number + 1)

    assert hub.dropped == 1
    assert len(hub.clients) == 1
    dead.read_to_the_end()
    assert set(dead.texts) == {message}, "a torn frame arrived"


def test_a_backlog_is_never_more_than_its_cap(hub):
    _, client = opened_with_client(hub, ticket("team:1"))

    for _ in range(60):
        hub.broadcast(1, "team:1", "x" * 50_000)
    after_what_is_asked(hub)

    assert len(client.backlog or b"") <= BACKLOG


def test_a_ping_is_answered_with_its_own_words(hub):
    page = opened(hub, ticket("team:1"))

    page.send(Ping(b"still there?"))

    assert page.read_until(lambda: bool(page.pongs)).pongs == [b"still there?"]


def test_everybody_is_pinged_and_who_was_silent_too_long_is_dropped(hub):
    page, (silent, client) = (
        opened(hub, ticket("team:1")),
        opened_with_client(hub, ticket("team:1")),
    )
    client.heard_at -= SILENT_SECONDS + 1

    hub._post(hub._ping_all)

    assert page.read_until(lambda: page.pings == 1).pings == 1
    assert silent.read_to_the_end().pings == 0


def test_a_stop_closes_every_socket_with_the_code_browsers_come_back_on(hub):
    pages = [opened(hub, ticket("team:1")) for _ in range(20)]

    hub.shutdown(wait=PATIENCE)

    assert {page.read_to_the_end().code for page in pages} == {1012}
    assert hub.clients == {}
    assert hub.followed() == set()


def test_what_was_sent_before_the_stop_still_arrives(hub):
    page = opened(hub, ticket("team:1"))

    hub.broadcast(1, "team:1", "the last word")
    hub.shutdown(wait=PATIENCE)

    assert page.read_to_the_end().texts == ["the last word"]


def test_a_socket_that_comes_after_the_stop_is_closed_at_once(hub):
    opened(hub, ticket("team:1"))
    hub.shutdown(wait=PATIENCE)

    late = opened(hub, ticket("team:1"))

    assert late.read_to_the_end().code == 1012
    assert hub.clients == {}


def test_a_hub_without_sockets_starts_nothing():
    idle = Hub(100)

    idle.broadcast(1, "team:1", "nobody is here")
    idle.close_where(lambda _: True)
    idle.shutdown(wait=0)

    assert idle.pid == 0
    assert idle.inbox == []


def test_many_threads_start_one_byte_thread():
    hub, started = Hub(100), []
    hub.on_start.append(lambda: started.append(threading.current_thread()))
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        hub.ensure_started()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.shutdown(wait=PATIENCE)

    assert len(started) == 1


def test_a_message_over_64_kb_is_closed_as_too_big(hub):
    page = opened(hub, ticket("team:1"))

    page.say("x" * (MESSAGE_BYTES + 1))  # the last byte is the one too many: nothing stays unread

    assert page.read_to_the_end().code == 1009


def test_a_message_in_many_parts_over_64_kb_is_closed_as_too_big(hub):
    page = opened(hub, ticket("team:1"))

    for size in [1000] * 65 + [MESSAGE_BYTES + 1 - 65_000]:
        page.send(TextMessage("x" * size, message_finished=False))

    assert page.read_to_the_end().code == 1009


@pytest.mark.parametrize("chatter", [TextMessage("hello"), Ping(b"")], ids=["messages", "pings"])
def test_whoever_talks_too_much_is_closed(hub, chatter):
    page = opened(hub, ticket("team:1"))

    page.sock.sendall(b"".join(page.protocol.send(chatter) for _ in range(40)))

    assert page.read_to_the_end().code == 1008


def test_whoever_says_little_stays(hub):
    page = opened(hub, ticket("team:1"))

    page.say("hello")
    page.send(Ping(b"1"))
    page.read_until(lambda: bool(page.pongs))

    assert len(hub.clients) == 1


def test_a_page_that_leaves_is_answered_and_forgotten(hub):
    page = opened(hub, ticket("team:1", "campaign:3"))

    page.send(CloseConnection(1001))

    assert page.read_to_the_end().code == 1001
    assert hub.clients == {}
    assert hub.followed() == set()


def test_a_connection_that_breaks_is_forgotten(hub):
    stays, (broken, client) = (
        opened(hub, ticket("team:1")),
        opened_with_client(hub, ticket("campaign:3")),
    )
    after_what_is_asked(hub)

    broken.sock.close()
    for number in range(200):
        hub.broadcast(1, "team:1", "round")
        stays.read(number + 1)
        if client not in hub.clients.values():
            break

    assert hub.followed() == {(1, "team:1")}


def test_only_the_sockets_that_match_are_closed(hub):
    ended = opened(hub, ticket("team:1", session_id=1))
    goes_on = opened(hub, ticket("team:1", session_id=2))

    hub.close_where(lambda one: one.session_id == 1)
    hub.broadcast(1, "team:1", "still here")

    assert ended.read_to_the_end().code == 1008
    assert goes_on.read(1) == ["still here"]


def test_a_socket_is_not_closed_in_the_middle_of_a_frame(hub):
    page, client = opened_with_client(hub, ticket("team:1"))
    hub.broadcast(1, "team:1", "x" * 200_000)
    for _ in range(3):
        hub.broadcast(1, "team:1", "y" * 80_000)
    after_what_is_asked(hub)
    assert client.backlog, "the kernel took everything: this proves nothing"

    hub.close_where(lambda _: True)
    page.read_to_the_end()

    assert page.code is None, "a close frame stood inside another frame"
    assert all(set(text) in ({"x"}, {"y"}) for text in page.texts)


def test_whoever_looks_after_an_adoption_sees_the_page_even_when_the_byte_thread_is_busy(hub):
    opened(hub, ticket("team:1"))
    busy = threading.Event()
    hub._post(busy.wait, PATIENCE)

    opened(hub, ticket("campaign:9", user_id=5))

    assert (1, "campaign:9") in hub.followed()
    assert 5 in {one.user_id for one in hub.tickets()}
    busy.set()


def test_a_page_adopted_while_the_byte_thread_is_busy_gets_what_is_sent_meanwhile(hub):
    opened(hub, ticket("team:1"))
    busy = threading.Event()
    hub._post(busy.wait, PATIENCE)

    page = opened(hub, ticket("campaign:9"))
    hub.broadcast(1, "campaign:9", "x" * 300_000)
    busy.set()

    assert page.read(1) == ["x" * 300_000]


def test_a_socket_that_was_dropped_does_not_take_its_successor_along(hub):
    _, old = opened_with_client(hub, ticket("team:1"))
    after_what_is_asked(hub)
    hub._post(hub._drop, old)
    after_what_is_asked(hub)
    theirs, ours = pair()
    reused = Client(ours, old.protocol, ticket("team:1"), old.fd)
    hub.clients[old.fd] = reused

    hub._drop(old)

    assert hub.clients == {old.fd: reused}
    del hub.clients[old.fd]
    theirs.close()
    ours.close()


def test_one_thing_that_fails_does_not_end_the_hub(hub, caplog):
    page = opened(hub, ticket("team:1"))

    hub._post(lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    hub.broadcast(1, "team:1", "it goes on")

    assert page.read(1) == ["it goes on"]
    assert "could not do one thing" in caplog.text


def test_a_full_hub_says_so():
    hub = Hub(1)
    assert not hub.is_full

    page = opened(hub, ticket("team:1"))

    assert hub.is_full
    hub.shutdown(wait=PATIENCE)
    assert page.read_to_the_end().code == 1012


def test_frames_say_their_length_as_the_protocol_wants():
    assert hub_module.frame("a" * 125)[:2] == b"\x81\x7d"
    assert hub_module.frame("a" * 126)[:4] == b"\x81\x7e\x00\x7e"
    assert hub_module.frame("a" * 65_536)[:10] == b"\x81\x7f" + (65_536).to_bytes(8, "big")
