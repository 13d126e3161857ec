"""How pages speak of a person's roles and account."""

from datetime import datetime

from django import template

from encore.people.forms import role_words
from encore.people.models import Person
from encore.people.sign_in import is_open

register = template.Library()


@register.filter
def role_names(person: Person) -> str:
    """The person's roles, with commas."""
    return ", ".join(role_words(person.roles))


@register.filter
def account_state(person: Person, at: datetime) -> str:
    """The word of the state that an account is in."""
    if not person.is_active:
        return "deactivated"
    elif not is_open(person, at):
        return "expired"
    elif person.last_login is None:
        return "invited"
    else:
        return "active"
