"""The door of every form: parse the input, check the permission, take the form's key, call the
command once.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, ValidationError

from webapp.accounts.permissions import permit
from webapp.core import tokens
from webapp.core.actor import Actor
from webapp.core.errors import Invalid
from webapp.core.text import clean
from webapp.operations import operation_of, run_once
from webapp.web.guards import actor

Form = TypeVar("Form", bound=BaseModel)

#: What pydantic's error types say to a person; `{x}` comes from the error's context.
WORDS = {
    "missing": "This is needed.",
    "string_too_short": "This is needed.",
    "string_too_long": "Use at most {max_length} characters.",
    "too_short": "Choose at least one.",
    "int_parsing": "Write a whole number.",
    "int_type": "Write a whole number.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It must be at most {le}.",
    "literal_error": "Choose one of the list.",
    "enum": "Choose one of the list.",
    "date_from_datetime_parsing": "Write the date as year-month-day, like 2026-12-04.",
    "date_parsing": "Write the date as year-month-day, like 2026-12-04.",
    "date_type": "Choose a date.",
    "time_parsing": "Write the time like 09:30.",
    "bool_parsing": "Tick it or leave it.",
}


def submitted(command: Callable[..., int], **fixed: Any) -> int:
    """Run the operation of `command` with the posted form; `fixed` fields come from the URL and
    win.

    Answers the id the command answered (the same again for the same form token). Raises Invalid,
    Forbidden and whatever the command refuses.
    """
    return submitted_by(actor(), command, **fixed)


def submitted_by(by: Actor, command: Callable[..., int], **fixed: Any) -> int:
    """The same for somebody who is not signed in: a guest, by their link."""
    operation = operation_of(command)
    permit(by, operation.permission)
    values = parse(operation.input, fixed)
    return run_once(operation, _key(by), lambda: command(**dict(values), by=by))


def _key(by: Actor) -> str:
    """The form's key, good for one person and one address: the same words elsewhere are no second
    press, and must not be answered as one.
    """
    key = request.headers.get("Idempotency-Key") or request.form.get("form_token", "")
    return tokens.hashed(f"{by} {request.path} {key}") if key else ""


def parse(model: type[Form], fixed: Mapping[str, Any] | None = None) -> Form:
    """The posted form as `model`; errors are keyed by field, in words."""
    try:
        return model.model_validate({**posted(model), **(fixed or {})})
    except ValidationError as error:
        raise Invalid(_in_words(error)) from None


def posted(model: type[BaseModel]) -> dict[str, Any]:
    """The form's fields the model knows; an empty optional field counts as not sent."""
    data: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if get_origin(field.annotation) is list:
            data[name] = request.form.getlist(name)
        elif name in request.form and (
            request.form[name] != "" or field.annotation is str or field.is_required()
        ):
            data[name] = request.form[name]
    return data


def typed() -> dict[str, Any]:
    """What was typed, to show it again: without what no page can show, and never a password."""
    return {name: clean(value) for name, value in request.form.items() if "password" not in name}


def _in_words(error: ValidationError) -> dict[str, str]:
    fields: dict[str, str] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        context = one.get("ctx", {})
        if one["type"] == "value_error" and "reason" in context:
            words = "Write an address like name@example.com."
        elif one["input"] == "" and one["type"] != "value_error":
            words = WORDS["missing"]
        elif one["type"] == "value_error":
            words = str(context.get("error", one["msg"]))
        else:
            words = WORDS.get(one["type"], "This does not fit here.").format(**context)
        fields.setdefault(name, words)
    return fields
