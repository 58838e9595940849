"""Fixtures of what people are told."""

from tests.notifications.posts import give, letters, noon, posts

__all__ = ["give", "letters", "noon", "posts"]
