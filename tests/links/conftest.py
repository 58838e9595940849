"""Servers that a campaign's links lead to."""

from tests.adapters.conftest import nobody_is_admitted, serve

__all__ = ["nobody_is_admitted", "serve"]
