"""What asks for a socket and does not know how is told so, like everybody who asks wrongly."""

import socket

import pytest

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}
KEY = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.mark.parametrize("path", ["/ws", "/dashboard/socket"])
@pytest.mark.parametrize(
    "headers",
    [
        UPGRADE,
        UPGRADE | KEY,
        UPGRADE | {"Sec-WebSocket-Version": "13"},
        UPGRADE | KEY | {"Sec-WebSocket-Version": "99"},
    ],
    ids=["nothing", "no version", "no key", "another version"],
)
def test_half_a_handshake_is_a_bad_request(client, path, headers):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        answer = client.get(path, headers=headers, environ_overrides={"werkzeug.socket": theirs})

    assert answer.status_code == 400
    assert answer.headers["X-Request-Id"]
