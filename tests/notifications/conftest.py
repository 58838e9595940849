"""Fixtures of what people are told."""

from tests.notifications.posts import letters, posts

__all__ = ["letters", "posts"]
