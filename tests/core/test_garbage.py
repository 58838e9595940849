"""What is loaded is not walked through again; what comes later is still collected."""

import gc
import weakref

import pytest

from webapp.core.garbage import keep_what_is_loaded


@pytest.fixture
def kept():
    """Everything the suite has loaded, taken out and given back."""
    keep_what_is_loaded()
    yield
    gc.unfreeze()


class Ring:
    """Refers to itself."""

    def __init__(self):
        self.itself = self


def test_what_is_loaded_is_in_no_generation(kept):
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < gc.get_freeze_count() / 10


def test_a_cycle_made_later_is_collected(kept):
    gone = weakref.ref(Ring())

    gc.collect()

    assert gone() is None


def test_a_cycle_from_before_is_collected_first():
    gone = weakref.ref(Ring())

    keep_what_is_loaded()
    gc.unfreeze()

    assert gone() is None
