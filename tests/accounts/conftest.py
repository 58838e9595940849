"""Sessions as the sign-in page opens them."""

import pytest

from tests import people
from tests.together import at_once
from webapp.accounts import joining
from webapp.accounts.queries import signed_in


@pytest.fixture
def open_session(team):
    """Sign somebody in; answers the cookie's token."""

    def sign_in(person, *, remember=False):
        form = joining.SignIn(email=person.email, password=people.PASSWORD, remember=remember)
        (token,) = at_once(lambda: joining.sign_in(form, people.BROWSER))
        assert signed_in(token) is not None
        return token

    return sign_in
