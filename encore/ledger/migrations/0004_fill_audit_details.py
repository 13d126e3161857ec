"""The entries there are already, in their two parts. They are sealed like new ones, when the worker next looks."""

from django.db import migrations

from encore.base.text import fold
from encore.ledger.chain import digest_of, new_salt

PORTION = 1000
PEOPLE = ("person", "people", "joined", "left", "added", "removed", "owner")


def split(apps, schema_editor):
    Entry, Detail, Concern = (apps.get_model("ledger", f"Audit{name}") for name in ("Entry", "Detail", "Concern"))
    owners = enrolled(schema_editor.connection)
    for portion in portions(Entry.objects.all()):
        details = []
        for entry in portion:
            told = {
                "subject": entry.subject,
                "changes": entry.changes,
                "address": "",
                "device": "",
                "search_text": fold(" ".join([entry.subject, *texts(entry.changes)]))[:1000],
            }
            details.append(Detail(entry=entry, salt=new_salt(), **told))
            entry.digest, entry.written_at = digest_of(details[-1].salt, told), entry.at
        Detail.objects.bulk_create(details, batch_size=500)
        Entry.objects.bulk_update(portion, ["digest", "written_at"], batch_size=250)
        Concern.objects.bulk_create(
            [Concern(entry=e, person_id=pk) for e in portion for pk in sorted(concerned(e, owners))], batch_size=500
        )


def portions(entries):
    last = 0
    while portion := list(entries.filter(id__gt=last).order_by("id")[:PORTION]):
        yield portion
        last = portion[-1].id


def enrolled(connection):
    """Whose each enrolment is. Its table belongs to a package above, so it is asked for by name."""
    if "courses_enrolment" not in connection.introspection.table_names():
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person_id FROM courses_enrolment")
        return dict(cursor.fetchall())


def concerned(entry, owners):
    found = set()
    if entry.verb != "delete_class":  # which told how many people were in it
        found |= {pk for name in PEOPLE if name in entry.changes for pk in ids(entry.changes[name])}
    if entry.subject_kind == "person":
        found.add(entry.subject_id)
    elif entry.subject_kind == "enrolment":
        found.add(owners.get(entry.subject_id))
    return found - {None}


def ids(value):
    several = value if isinstance(value, list) else [value]
    return [pk for pk in several if isinstance(pk, int) and not isinstance(pk, bool)]


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


def join(apps, schema_editor):
    """Back again. What was erased stays so."""
    Entry = apps.get_model("ledger", "AuditEntry")
    for portion in portions(Entry.objects.select_related("detail")):
        for entry in portion:
            entry.subject, entry.changes = entry.detail.subject, entry.detail.changes
        Entry.objects.bulk_update(portion, ["subject", "changes"], batch_size=250)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_audit_details")]

    operations = [migrations.RunPython(split, join)]
