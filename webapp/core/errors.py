"""Everything the product refuses, as classes with an HTTP status; words for people, never
internals.

`webapp.web.errorpages` turns each into a page, a fragment or JSON.
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal with a reason a person can act on."""

    status = 400
    code = "refused"
    title = "That did not work"

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.details = details


class NotSignedIn(DomainError):
    status, code, title = 401, "not_signed_in", "Sign in first"


class Forbidden(DomainError):
    status, code, title = 403, "forbidden", "Your role does not allow this"


class NotFound(DomainError):
    """Also another team's row: whether it exists is nobody's business."""

    status, code, title = 404, "not_found", "There is nothing here"


class Conflict(DomainError):
    status, code, title = 409, "conflict", "Something changed in the meantime"


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "That step is not possible now"


class StaleVersion(Conflict):
    """The row changed since the form was shown.

    `fields` maps each field to `(label, yours, theirs)`; `version` is the present version.
    """

    code, title = "stale_version", "Somebody else changed this"

    def __init__(
        self, message: str, *, version: int, fields: Mapping[str, tuple[str, str, str]]
    ) -> None:
        super().__init__(message, version=version)
        self.version = version
        self.fields = dict(fields)


class Invalid(DomainError):
    """Input that does not fit; `fields` maps a field's name to its message ('' is the form as a
    whole).
    """

    status, code, title = 422, "invalid", "Some fields need fixing"

    def __init__(self, fields: Mapping[str, str], message: str = "") -> None:
        super().__init__(message or next(iter(fields.values()), self.title))
        self.fields = dict(fields)


class TooMany(DomainError):
    status, code, title = 429, "too_many", "Too many tries"

    def __init__(self, message: str = "", *, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


class WrongUse(RuntimeError):
    """A programming mistake the walls caught; never shown to a person."""
