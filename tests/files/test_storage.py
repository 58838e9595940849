"""What every place for bytes promises: a folder, a bucket on a stand-in, and one on obstore's own
memory store where the extra is installed.
"""

import importlib
from datetime import timedelta

import pytest

from tests.files import memory_store
from webapp.adapters import storage
from webapp.adapters.storage import Bucket, Folder, Missing
from webapp.config import BadSettings, Settings
from webapp.core import clock


def stores(name, folder):
    if name == "folder":
        return Folder(folder)
    if name == "bucket":
        return Bucket({}, memory_store)
    try:
        return Bucket(importlib.import_module("obstore.store").MemoryStore())
    except ImportError:
        pytest.skip("obstore is not installed: S3 was only tried on a stand-in")


@pytest.fixture(params=["folder", "bucket", "obstore"])
def store(request, tmp_path):
    return stores(request.param, tmp_path / "files")


def soon():
    return clock.now() + timedelta(minutes=1)


def test_what_was_put_comes_back_whole(store):
    pieces = [b"a" * 300_000, b"", b"b" * 300_000]

    key = store.put("1/2", iter(pieces))

    assert key.startswith("1/2/")
    assert b"".join(store.open(key)) == b"".join(pieces)


def test_two_files_never_share_a_key(store):
    assert store.put("1/2", [b"x"]) != store.put("1/2", [b"x"])


def test_what_is_deleted_is_missing_and_deleting_again_does_nothing(store):
    key = store.put("1/2", [b"x"])

    store.delete(key)
    store.delete(key)

    with pytest.raises(Missing):
        store.open(key)


def test_keys_are_those_below_a_prefix(store):
    mine = {store.put("1/2", [b"x"]), store.put("1/2", [b"y"])}
    store.put("1/20", [b"z"])
    store.put("11/2", [b"z"])

    assert set(store.keys("1/2/", before=soon())) == mine
    assert list(store.keys("9/9/", before=soon())) == []


def test_what_is_younger_is_left_out(store):
    store.put("1/2", [b"x"])

    assert list(store.keys("1/2/", before=clock.now() - timedelta(minutes=1))) == []


def test_a_put_that_breaks_leaves_nothing_in_the_folder(tmp_path):
    def breaks():
        yield b"x"
        raise OSError("the sender went away")

    with pytest.raises(OSError, match="went away"):
        Folder(tmp_path).put("1/2", breaks())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_key_leads_out_of_the_folder(tmp_path):
    (tmp_path / "secret").write_bytes(b"x")

    with pytest.raises(Missing):
        Folder(tmp_path / "files").open("../secret")


def test_a_url_that_is_no_bucket_is_refused_at_start():
    with pytest.raises(BadSettings, match="FILES_URL is s3"):
        Settings.from_environ({"FILES_URL": "ftp://files", "SECRET_KEY": "x"})


def test_the_folder_is_where_the_settings_say(monkeypatch, tmp_path):
    monkeypatch.setattr(storage, "_storage", None)
    monkeypatch.setattr(storage, "_connect", None)
    storage.connect("", str(tmp_path / "kept"))

    key = storage.storage().put("1/2", [b"x"])

    assert (tmp_path / "kept" / key).read_bytes() == b"x"
