"""Forms of accounts and classes. Each looks for mistakes; the actions do."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import password_validation
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.dates import long_moment
from encore.base.meanwhile import RemembersWhatItShowed
from encore.people.actions import Facts
from encore.people.checks import problem_of_facts
from encore.people.confirming import is_password_of
from encore.people.errors import EmailTaken, NoPowerToGrant, PeopleError, UsernameTaken
from encore.people.models import Person, SchoolClass
from encore.people.queries import people_by_email, people_by_username
from encore.people.rules import grantable
from encore.people.words import Permission, Role
from encore.people.zones import ZoneSelect, grouped_zones

ROLES = {
    Role.ADMINISTRATOR: (gettext_lazy("Administrator"), gettext_lazy("May do everything, everywhere.")),
    Role.SESSION_ADMINISTRATOR: (
        gettext_lazy("Session administrator"),
        gettext_lazy("Creates and runs own sessions; brings in people and classes."),
    ),
    Role.TEACHER: (gettext_lazy("Teacher"), gettext_lazy("Creates courses and writes the own ones.")),
    Role.HR_MANAGER: (
        gettext_lazy("HR manager"),
        gettext_lazy("Reads the reports of people and sessions they follow."),
    ),
}


def role_words(roles: Any) -> list[str]:
    """The names of roles, in the order of the screen."""
    return [str(ROLES[role][0]) for role in Role if role in roles]


class SignInForm(auth_forms.AuthenticationForm):
    """Never says whether the name or the password was wrong; speaks of a closed account to who knows its password."""

    username = forms.CharField(
        label=gettext_lazy("Username or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none"}),
    )
    error_messages = {
        "invalid_login": gettext_lazy(
            "This name and this password do not belong together. Mind upper and lower case in the password."
        ),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].max_length = 254
        self.fields["username"].widget.attrs["maxlength"] = 254
        self.fields["password"].max_length = 4096

    def get_invalid_login_error(self) -> forms.ValidationError:
        closed = getattr(self.request, "closed_account", None)
        if closed is None:
            return super().get_invalid_login_error()
        elif not closed.is_active:
            return forms.ValidationError(
                _("Your account is deactivated, so you cannot sign in. Ask an administrator to reactivate it."),
                code="deactivated",
            )
        else:
            return forms.ValidationError(
                _("Your account expired on %(moment)s, so you cannot sign in. Ask an administrator to extend it."),
                code="expired",
                params={"moment": long_moment(closed.expires_at)},
            )


class ForgottenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Username or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none"}),
    )


class NewPasswordForm(auth_forms.SetPasswordForm):
    """A new password, twice. The view hands it to the action."""

    def __init__(self, user: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _(
            "At least 10 characters. A few words that only you put together are good."
        )
        self.fields["new_password2"].label = _("The same again")
        self.fields["new_password2"].help_text = ""


class ChangePasswordForm(NewPasswordForm, auth_forms.PasswordChangeForm):
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, user: Person, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request
        self.fields["old_password"].label = _("Password until now")
        self.fields["old_password"].widget.attrs.pop("autofocus", None)

    def clean_old_password(self) -> str:
        """Wrong ones count as at sign-in."""
        password = self.cleaned_data["old_password"]
        if not is_password_of(self.user, password, self.request):
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class PeopleForm(forms.Form):
    """Turns what an action refuses into an error beside its field."""

    def refuse(self, error: PeopleError) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


class CodeForm(PeopleForm):
    """A code of the app; where one signs in, a recovery code as well."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, recovery: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if recovery:
            self.fields["code"].label = _("Recovery code")
            self.fields["code"].widget.attrs["autocomplete"] = "off"
        else:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class PlaceAndLanguage(PeopleForm):
    """The fields that a profile and an account have in common."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        widget=ZoneSelect,
        error_messages={
            "invalid_choice": gettext_lazy("There is no time zone named %(value)s. Choose one of the list.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser asks")), *settings.LANGUAGES]
        platform = _("As the platform (%(zone)s)") % {"zone": settings.TIME_ZONE.replace("_", " ")}
        self.fields["time_zone"].choices = [("", platform), *grouped_zones()]


class ProfileForm(PlaceAndLanguage):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), choices=Person.Theme, widget=forms.RadioSelect)

    field_order = ["first_name", "last_name", "phone", "language", "time_zone", "theme"]

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        initial = {name: getattr(person, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["time_zone"].help_text = _("All dates and times are shown in this zone.")


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=gettext_lazy("New picture"),
        required=False,  # nothing has to be sent; who sends it has to choose something
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean_picture(self) -> Any:
        if not self.cleaned_data["picture"]:
            raise forms.ValidationError(_("Choose a picture first."))
        return self.cleaned_data["picture"]


class PersonForm(RemembersWhatItShowed, PlaceAndLanguage):
    """An account, as administrators see it. `by` decides which roles can be given."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100)
    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=100,
        help_text=gettext_lazy("Letters, digits and @ . + - _. The e-mail address works for signing in as well."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NoPowerToGrant.sentence},
    )
    official_code = forms.CharField(
        label=gettext_lazy("Official code"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("The number your organisation knows this person by."),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("After this day nobody can sign in to the account. Empty: no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    field_order = [
        "first_name",
        "last_name",
        "username",
        "email",
        "roles",
        "official_code",
        "phone",
        "language",
        "time_zone",
        "expires_on",
    ]

    def __init__(self, *args: Any, by: Person, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(person), **kwargs)
        self.person = person
        self.fields["roles"].choices = [(role.value, ROLES[role][0]) for role in grantable(by.roles)]
        self.fields["roles"].explanations = {role.value: words[1] for role, words in ROLES.items()}
        self.fields["roles"].help_text = _("None is needed to learn or to coach: sessions say who does that.")
        if not self.fields["roles"].choices:
            del self.fields["roles"]
        if person is not None and not by.may(Permission.DEACTIVATE_PEOPLE):
            del self.fields["expires_on"]  # a last day closes an account as well as deactivating does

    def clean_username(self) -> str:
        name = self.cleaned_data["username"]
        other = people_by_username([name]).get(name.lower())
        if other and other != self.person:
            raise forms.ValidationError(str(UsernameTaken()))
        return name

    def clean_email(self) -> str:
        address = self.cleaned_data["email"]
        other = people_by_email([address]).get(address.lower())
        if other and other != self.person and (self.person is None or self.person.is_active):
            raise forms.ValidationError(str(EmailTaken()))
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and (problem := problem_of_facts(self.facts)):
            self.refuse(problem)
        return cleaned

    @property
    def facts(self) -> Facts:
        names = ("first_name", "last_name", "username", "email", "official_code", "phone", "language", "time_zone")
        facts: Facts = {name: self.cleaned_data[name] for name in names}  # type: ignore[assignment,misc]
        if self.person is None or "expires_on" in self.changed_data:
            facts["expires_at"] = end_of_day(self.cleaned_data["expires_on"])
        return facts

    @property
    def chosen_roles(self) -> list[Role]:
        return [Role(role) for role in self.cleaned_data.get("roles", [])]


class NewPersonForm(PersonForm):
    """An account that does not exist yet: besides, how its owner gets in."""

    WAYS = {
        "invitation": (
            gettext_lazy("By an invitation"),
            gettext_lazy("They get an e-mail with a link to choose a password. Needs an e-mail address."),
        ),
        "password": (gettext_lazy("With a password that I set now"), gettext_lazy("You tell them in person.")),
        "later": (gettext_lazy("Not yet"), gettext_lazy("Nobody can sign in until you send an invitation.")),
    }
    way = forms.ChoiceField(label=gettext_lazy("How they get in"), widget=forms.RadioSelect, initial="invitation")
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        max_length=200,
        strip=False,
        help_text=gettext_lazy("Only for the second way: at least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [(value, words[0]) for value, words in self.WAYS.items()]
        self.fields["way"].explanations = {value: words[1] for value, words in self.WAYS.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        way = cleaned.get("way")
        if way == "invitation" and "email" in cleaned and not cleaned["email"]:
            self.add_error("email", _("An invitation needs an e-mail address. Enter one, or choose another way in."))
        elif way == "password":
            self._check_password(cleaned.get("password", ""))
        return cleaned

    def _check_password(self, password: str) -> None:
        names = ("username", "first_name", "last_name", "email")
        person = Person(**{name: self.cleaned_data.get(name, "") for name in names})
        if not password:
            self.add_error("password", _("Enter a password, or choose another way in."))
        else:
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)


class ClassForm(RemembersWhatItShowed, PeopleForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        help_text=gettext_lazy("Unique. For example: Nursing assistants, autumn 2026."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only people in the administration read this."),
    )

    def __init__(self, *args: Any, school_class: SchoolClass | None = None, **kwargs: Any) -> None:
        if school_class is not None:
            kwargs["initial"] = {"name": school_class.name, "description": school_class.description}
        super().__init__(*args, **kwargs)


def end_of_day(day: Any) -> datetime | None:
    """The midnight after `day`, in the platform's zone."""
    if day is None:
        return None
    else:
        return datetime.combine(day + timedelta(days=1), time.min, timezone.get_default_timezone())


def last_day(end: datetime | None) -> Any:
    """The last day before an exclusive end, in the platform's zone."""
    if end is None:
        return None
    else:
        return timezone.localtime(end - timedelta(microseconds=1), timezone.get_default_timezone()).date()


def _initial(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {}
    names = ("first_name", "last_name", "username", "email", "official_code", "phone", "language", "time_zone")
    return {
        **{name: getattr(person, name) for name in names},
        "roles": sorted(person.roles),
        "expires_on": last_day(person.expires_at),
    }


class ErasureForm(PeopleForm):
    """Erasing cannot be undone, so the username is typed."""

    username = forms.CharField(
        label=gettext_lazy("Username of the person"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It stays on record; leave the name out."),
    )

    def __init__(self, *args: Any, subject: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.fields["username"].help_text = _("Type “%(username)s”, so that nobody else is erased by mistake.") % {
            "username": subject.username
        }

    def clean_username(self) -> str:
        typed = self.cleaned_data["username"].strip()
        if typed.lower() != self.subject.username.lower():
            raise forms.ValidationError(_("This is not the username of this person."))
        return typed
