"""Static files: compressed once, kept for ever when the URL names their content, protected like a
page.
"""

import gzip
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.web import assets, static


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "static"
    made.mkdir()
    (made / "a.css").write_text("p { color: red }\n" * 100)
    (made / "a.png").write_bytes(b"not text")
    return made


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Answer with the file read and closed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, buffered=True)


def test_a_file_named_by_its_content_is_kept_for_ever(client):
    answer = fetch(client, assets.url("app.css"))

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_file_without_its_content_in_the_url_is_asked_for_again(client):
    answer = fetch(client, "/static/app.css")

    assert "immutable" not in answer.headers["Cache-Control"]
    assert "max-age=0" in answer.headers["Cache-Control"]
    again = fetch(client, "/static/app.css", If_Modified_Since=answer.headers["Last-Modified"])
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["app.css", "app.js", "icons.svg"])
def test_text_travels_compressed(client, name):
    answer = fetch(client, assets.url(name), Accept_Encoding="gzip")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data) == (assets.STATIC / name).read_bytes()


def test_a_client_that_cannot_unpack_gets_the_file_as_it_is(client):
    answer = fetch(client, assets.url("app.css"), Accept_Encoding="identity")

    assert "Content-Encoding" not in answer.headers
    assert answer.data == (assets.STATIC / "app.css").read_bytes()


def test_static_files_carry_the_same_protection_as_pages(client):
    page, file = fetch(client, "/health"), fetch(client, "/static/app.js")

    for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
        assert file.headers[name] == page.headers[name]
    assert "default-src 'self'" in file.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/"]
)
def test_what_is_no_static_file_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_file_is_compressed_once(folder):
    static.compress(folder)
    first = (folder / "a.css.gz").stat()
    static.compress(folder)

    assert (folder / "a.css.gz").stat().st_ino == first.st_ino
    assert not (folder / "a.png.gz").exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["static"]


@pytest.mark.parametrize("seconds", [-100, 100])
def test_a_file_that_is_another_is_compressed_again_whichever_is_newer(folder, seconds):
    static.compress(folder)
    path = folder / "a.css"
    when = path.stat().st_mtime + seconds
    path.write_text("other words")
    os.utime(path, (when, when))

    static.compress(folder)

    assert gzip.decompress((folder / "a.css.gz").read_bytes()) == b"other words"


def test_a_folder_that_cannot_be_written_is_served_as_it_is(tmp_path, caplog):
    locked = tmp_path / "static"
    locked.mkdir()
    (locked / "a.css").write_text("p {}")
    (locked / "a.css.gz").mkdir()  # a place that no file can take, for root too
    os.utime(locked / "a.css", (1, 1))

    with caplog.at_level("WARNING"):
        static.compress(locked)

    assert "cannot be written" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["static"]


def test_while_developing_no_old_copy_hides_an_edited_file(folder):
    static.compress(folder)

    static.forget_compressed(folder)

    assert not (folder / "a.css.gz").exists()


def test_the_plotting_library_comes_from_its_package_kept_for_ever_and_compressed(client):
    answer = fetch(client, assets.plotly_src(), Accept_Encoding="gzip")

    package = Path(find_spec("plotly").submodule_search_locations[0])
    assert gzip.decompress(answer.data) == (package / "package_data/plotly.min.js").read_bytes()
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < 1_600_000


def test_the_plotting_library_is_copied_once(folder):
    static.put_plotly(folder)
    first = (folder / assets.PLOTLY).stat()
    static.put_plotly(folder)

    assert (folder / assets.PLOTLY).stat().st_ino == first.st_ino
    assert sorted(path.name for path in folder.parent.iterdir()) == ["static"]


def test_without_a_place_for_the_plotting_library_pages_do_without(tmp_path, caplog):
    locked = tmp_path / "static"
    locked.mkdir()
    (locked / "vendor").write_text("a file where the folder would be")

    with caplog.at_level("WARNING"):
        static.put_plotly(locked)

    assert "cannot be put" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["static"]
