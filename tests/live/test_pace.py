"""The bucket that counts a page's passes."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.live.pace import Pace

STEPS = st.lists(st.floats(0, 0.4, allow_nan=False), min_size=1, max_size=80)


@given(STEPS, st.integers(1, 8))
def test_no_second_sees_more_than_twice_the_rate_and_no_minute_more_than_its_share(steps, rate):
    pace, now, taken = Pace(rate), 100.0, []
    for step in steps:
        now += step
        if pace.take("page", now):
            taken.append(now)

    for at in taken:
        assert sum(at <= one < at + 1 for one in taken) <= 2 * rate
    assert len(taken) <= rate + (now - 100.0) * rate + 1e-6


@given(STEPS)
def test_after_the_wait_it_names_a_pass_may_go(steps):
    pace, now = Pace(4.0), 100.0
    for step in steps:
        now += step
        pace.take("page", now)
    now += pace.wait("page", now) + 1e-9

    assert pace.take("page", now)


def test_topics_do_not_share_their_passes():
    pace = Pace(1.0)

    assert pace.take("one", 5.0)
    assert not pace.take("one", 5.0)
    assert pace.take("another", 5.0)


def test_a_topic_that_is_quiet_is_forgotten_and_a_busy_one_is_not():
    pace = Pace(4.0)
    pace.take("quiet", 5.0)
    for _ in range(4):
        pace.take("busy", 9.0)

    pace.forget(9.5)

    assert list(pace.full_at) == ["busy"]
