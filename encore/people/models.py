"""Accounts, their roles, how they sign in, and classes."""

import uuid
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from encore.base.devices import device_words
from encore.base.personal import NOTHING_PERSONAL, Personal
from encore.base.text import fold
from encore.ledger.models import Job
from encore.people.words import OFFERED, Permission, Role


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username__iexact=username)


class Person(AbstractBaseUser):
    """An account. Several roles possible; roles in a place (learner, coach, teacher of a course) are rows elsewhere."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(_("username"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    official_code = models.CharField(_("official code"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    theme = models.CharField(_("theme"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    picture = models.ImageField(_("picture"), upload_to="people/", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_session_administrator = models.BooleanField(_("session administrator"), default=False)
    is_teacher = models.BooleanField(_("teacher"), default=False)
    is_hr_manager = models.BooleanField(_("HR manager"), default=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, editable=False)  # then there is no name any more, nor will there be
    # Kept by save() and `fold_names`: what is searched, and "last first", which is how lists by name are sorted.
    search_text = models.CharField(max_length=500, editable=False)
    sort_name = models.CharField(max_length=300, editable=False)

    personal = Personal(
        about=("pk",),
        keep=_("Results, records and history hang on the account. It stays, closed, without a name."),
        forget=("username", "email", "first_name", "last_name", "official_code", "phone", "language", "time_zone")
        + ("search_text", "sort_name"),
        secret=("password",),
        files=("picture",),
    )

    objects = PersonManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        ordering = ["sort_name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_is_unique"),
            models.UniqueConstraint(
                Lower("email"), condition=Q(is_active=True) & ~Q(email=""), name="email_is_unique_among_active_accounts"
            ),
            models.CheckConstraint(condition=Q(erased_at=None) | Q(is_active=False), name="erased_person_stays_closed"),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="people_by_name"),
            models.Index(Lower("email"), name="people_by_email"),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return self.neutral_name if self.erased_at else f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def neutral_name(self) -> str:
        """What an erased person is called."""
        return _("Former participant %(number)s") % {"number": self.pk}

    @property
    def listed_name(self) -> str:
        """As lists sorted by last name write it; somebody's only name stands alone."""
        return ", ".join(name for name in (self.last_name, self.first_name) if name) or self.name

    @property
    def roles(self) -> frozenset[Role]:
        """The platform roles this person has. Each role is a yes or no field named is_<role>."""
        return frozenset(role for role in Role if getattr(self, f"is_{role}"))

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the tables permit to this person's roles: one small query, kept as long as the roles stay the same.

        None for administrators, who have all, and for those without a role that has a table.
        """
        roles = self.roles
        if Role.ADMINISTRATOR in roles:
            return frozenset(Permission)
        elif not (tables := sorted(role for role in roles if role in OFFERED)):
            return frozenset()
        kept = self.__dict__.get("_permissions")
        if kept is None or kept[0] != tables:
            rows = RolePermission.objects.filter(role__in=tables).values_list("role", "permission")
            permitted = frozenset(Permission(word) for role, word in rows if word in OFFERED[Role(role)])
            kept = self.__dict__["_permissions"] = (tables, permitted)
        return kept[1]

    def may(self, permission: Permission) -> bool:
        """Whether a role of this person permits it. No query where none of the roles could."""
        roles = self.roles
        if Role.ADMINISTRATOR in roles:
            return True
        else:
            return any(permission in OFFERED.get(role, ()) for role in roles) and permission in self.permissions

    @property
    def zone(self) -> ZoneInfo | None:
        """The person's own zone; None means the platform's."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def picture_url(self) -> str:
        """Where the picture is served, "" without one. Another picture has another address, so browsers may keep it."""
        if self.picture:
            stem = PurePosixPath(self.picture.name or "").stem
            return f"{reverse('person_picture', args=[self.uuid])}?v={stem[:8]}"
        else:
            return ""

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.uuid])

    def get_full_name(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        fold_names(self)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *FOLDED}
        super().save(*args, **kwargs)


FOLDED = ("search_text", "sort_name")


def fold_names(person: Person) -> None:
    """Fill the FOLDED fields, in lower case and without accents. For bulk_create and bulk_update, which skip save()."""
    parts = (
        person.first_name,
        person.last_name,
        person.first_name,
        person.username,
        person.email,
        person.official_code,
    )
    if person.erased_at:
        person.search_text, person.sort_name = "", f"former participant {person.pk:09}"
        return
    person.search_text = fold(" ".join(part for part in parts if part))[:500]
    person.sort_name = (fold(f"{person.last_name} {person.first_name}") or fold(person.username))[:300]


class RolePermission(models.Model):
    """What a role permits: a row is a yes. Changed on the page Administration → Permissions."""

    role = models.CharField(max_length=30)
    permission = models.CharField(max_length=30)

    personal = NOTHING_PERSONAL

    class Meta:
        ordering = ["role", "permission"]
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="permits_once")]

    def __str__(self):
        return f"{self.role} may {self.permission}"


class SchoolClass(models.Model):
    """A standing group of people, enrolled and updated as one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    description = models.TextField(_("description"), blank=True)
    created_at = models.DateTimeField()
    people: models.ManyToManyField = models.ManyToManyField(
        Person, through="ClassMember", through_fields=("school_class", "person"), related_name="school_classes"
    )
    search_text = models.CharField(max_length=200, editable=False)  # kept by save(): the name, folded

    personal = Personal(texts=("name", "description", "search_text"))

    class Meta:
        ordering = ["search_text", "id"]
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        constraints = [models.UniqueConstraint(Lower("name"), name="class_name_is_unique")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.search_text = fold(self.name)[:200]
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("school_class", args=[self.uuid])


class ClassMember(models.Model):
    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="class_memberships")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    personal = Personal(called=_("classes"), about=("person",), by=("by",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_class", "person"], name="one_membership_per_class")]

    def __str__(self):
        return f"{self.person} in {self.school_class}"


class Following(models.Model):
    """An HR manager follows a person: reads the reports about them, in every session, and opens nothing."""

    manager = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="followers")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    personal = Personal(called=_("people followed, and followers"), about=("person", "manager"), by=("by",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manager", "person"], name="follows_a_person_once")]

    def __str__(self):
        return f"{self.manager} follows {self.person}"


class Device(AbstractBaseSession):
    """A browser, and who is signed in there: the row behind `request.session`. Without its row it is signed out.

    All but the first two columns are kept by encore/people/device_store.py, from what the login session holds.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="devices")
    agent = models.CharField(max_length=300, blank=True)  # what the browser says of itself
    address = models.GenericIPAddressField(null=True)
    since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # to within a few minutes

    personal = Personal(about=("person",), secret=("session_key", "session_data"))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) | Q(since__isnull=False), name="who_is_signed_in_has_been_since"
            )
        ]

    def __str__(self):
        return device_words(self.agent)

    @classmethod
    def get_session_store_class(cls):
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class SignIn(models.Model):
    """That somebody signed in: shown to them, so that they notice what was not them. Goes after a while."""

    class Way(models.TextChoices):
        PASSWORD = "password", _("with the password")
        CODE = "code", _("with password and code")
        RECOVERY = "recovery", _("with password and recovery code")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=Way)
    agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)

    personal = Personal(about=("person",))

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [models.Index(fields=["person", "-at"], name="sign_ins_of_a_person")]

    def __str__(self):
        return f"{self.person_id}, {self.at}"

    @property
    def device(self) -> str:
        return device_words(self.agent)


class SecondFactor(models.Model):
    """An app that makes codes (RFC 6238). The row is there once a code of it has been given: from then on it counts."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField()  # sealed: encore/people/codes.py
    since = models.DateTimeField()
    last_step = models.BigIntegerField(default=0)  # of the last code that was accepted: none counts twice
    wrong = models.PositiveIntegerField(default=0)  # codes in a row
    wrong_at = models.DateTimeField(null=True)

    personal = Personal(about=("person",), secret=("secret",))

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self):
        return f"{self.person_id}"


class RecoveryCode(models.Model):
    """Gets one in without the app, once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    hashed = models.CharField(max_length=128)
    used_at = models.DateTimeField(null=True)

    personal = Personal(about=("factor__person",), secret=("hashed",))

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self):
        return f"{self.factor_id}"


class DataCopy(models.Model):
    """Everything about a person as one file to download, for those who asked for it; gone after a week."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="data_copies")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.FileField(upload_to="copies/", blank=True)
    until = models.DateTimeField()

    personal = Personal(called=_("copies of the data"), about=("person",), by=("by",))

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.person} {self.at:%Y-%m-%d}"
