"""How pages speak of a person's roles and account."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from encore.base.templatetags.encore import state
from encore.people.forms import role_words
from encore.people.models import Person
from encore.people.sign_in import is_open

register = template.Library()


@register.filter
def role_names(person: Person) -> str:
    """The person's roles, with commas."""
    return ", ".join(role_words(person.roles))


@register.simple_tag
def account_state(person: Person, at: datetime) -> SafeString:
    """The state that an account is in: word, icon and colour."""
    if person.erased_at:
        return state("deactivated", _("Erased"))
    elif not person.is_active:
        return state("deactivated")
    elif not is_open(person, at):
        return state("closed", _("Expired"))
    elif person.last_login is None:
        return state("invited", _("Never signed in"))
    else:
        return state("active")
