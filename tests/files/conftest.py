"""Each test keeps its files in a folder of its own."""

import pytest

from webapp.adapters import storage


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(storage, "_storage", storage.Folder(tmp_path / "uploads"))
