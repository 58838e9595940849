"""Stands in for obstore: the four calls a bucket makes, on a dictionary."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Result:
    content: bytes

    def stream(self, min_chunk_size: int) -> Iterator[memoryview]:
        for start in range(0, len(self.content), min_chunk_size):
            yield memoryview(self.content)[start : start + min_chunk_size]


Kept = dict[str, tuple[bytes, datetime]]


def put(store: Kept, path: str, content: Iterable[bytes]) -> None:
    store[path] = (b"".join(content), datetime.now(UTC))


def get(store: Kept, path: str) -> Result:
    if path not in store:
        raise FileNotFoundError(path)
    return Result(store[path][0])


def delete(store: Kept, paths: list[str]) -> None:
    for path in paths:
        store.pop(path, None)


def list(store: Kept, prefix: str) -> Iterator[Iterable[dict[str, object]]]:
    yield [
        {"path": path, "last_modified": at}
        for path, (_, at) in sorted(store.items())
        if path.startswith(f"{prefix}/")
    ]
