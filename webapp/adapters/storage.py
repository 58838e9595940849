"""Where the bytes of files lie: a folder, or a bucket of an S3 service through the extra `[s3]`.

A key is `<team>/<campaign>/<random>`; it never names a person or a file. What a key stands for is a
row's business: this knows bytes only.
"""

import importlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from webapp.core import tokens

PIECE_BYTES = 256 * 1024


class Missing(Exception):
    """There is nothing under that key (any more)."""


class Storage(Protocol):
    """What every place for bytes can do."""

    def put(self, prefix: str, pieces: Iterable[bytes]) -> str:
        """Keep these bytes under a new key; they are safe when it answers."""

    def open(self, key: str) -> Iterator[bytes]:
        """The bytes of a key, piece by piece. Raises Missing before the first one."""

    def delete(self, key: str) -> None:
        """Forget a key; nothing happens when it is not there."""

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """Every key below a prefix whose bytes were kept before an instant."""


class Folder:
    """Bytes as files below one folder, shared by every process that serves or deletes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, prefix: str, pieces: Iterable[bytes]) -> str:
        key = new_key(prefix)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished)
            raise
        return key

    def open(self, key: str) -> Iterator[bytes]:
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise Missing(key) from None
        return _pieces_of(file)

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """A crash in the middle of `put` leaves a file whose name begins with a dot: it counts."""
        for path in sorted(self._path(prefix).rglob("*")):
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before.timestamp():
                    yield path.relative_to(self.folder).as_posix()

    def _path(self, key: str) -> Path:
        parts = [part for part in key.split("/") if part]
        if any(part == ".." for part in parts):
            raise Missing(key)
        return self.folder.joinpath(*parts)


class Bucket:
    """Bytes as objects of a store that obstore opened: S3, or whatever else it speaks."""

    def __init__(self, store: Any, client: Any = None) -> None:
        self.store = store
        self.obstore = client or importlib.import_module("obstore")

    def put(self, prefix: str, pieces: Iterable[bytes]) -> str:
        key = new_key(prefix)
        self.obstore.put(self.store, key, iter(pieces))
        return key

    def open(self, key: str) -> Iterator[bytes]:
        try:
            found = self.obstore.get(self.store, key)
        except FileNotFoundError:
            raise Missing(key) from None
        return (bytes(piece) for piece in found.stream(min_chunk_size=PIECE_BYTES))

    def delete(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self.obstore.delete(self.store, [key])

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        for batch in self.obstore.list(self.store, prefix=prefix.rstrip("/")):
            for one in batch:
                if one["last_modified"] < before:
                    yield one["path"]


def new_key(prefix: str) -> str:
    """A key nobody can guess."""
    return f"{prefix.strip('/')}/{tokens.new_token()}"


def _pieces_of(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


_connect: Callable[[], Storage] | None = None
_storage: Storage | None = None


def connect(url: str, folder: str) -> None:
    """Say where files are kept; opened when first needed."""
    global _connect, _storage
    _storage = None
    _connect = (lambda: _bucket(url)) if url else (lambda: Folder(Path(folder)))


def storage() -> Storage:
    """Where this process keeps files."""
    global _storage
    if _storage is None:
        if _connect is None:
            raise RuntimeError("connect() was not called")
        _storage = _connect()
    return _storage


def _bucket(url: str) -> Bucket:
    return Bucket(importlib.import_module("obstore.store").from_url(url))
