"""People and classes get their names folded, to be sorted and searched by."""

from django.db import migrations, models

from encore.base.text import fold

BATCH = 1000


def fold_names(apps, schema_editor):
    """In portions: an installation may have very many people."""
    people = apps.get_model("people", "Person").objects.order_by("pk")
    _in_portions(people, "sort_name", lambda p: (fold(f"{p.last_name} {p.first_name}") or fold(p.username))[:300])
    classes = apps.get_model("people", "SchoolClass").objects.order_by("pk")
    _in_portions(classes, "search_text", lambda c: fold(c.name)[:200])


def _in_portions(rows, field, folded):
    last = 0
    while portion := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in portion:
            setattr(row, field, folded(row))
        rows.bulk_update(portion, [field])
        last = portion[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_people_by_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="sort_name",
            field=models.CharField(default="", editable=False, max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="schoolclass",
            name="search_text",
            field=models.CharField(default="", editable=False, max_length=200),
            preserve_default=False,
        ),
        migrations.RemoveIndex(model_name="person", name="people_by_name"),
        migrations.AddIndex(model_name="person", index=models.Index(fields=["sort_name", "id"], name="people_by_name")),
        migrations.AlterModelOptions(
            name="person",
            options={"ordering": ["sort_name", "id"], "verbose_name": "person", "verbose_name_plural": "people"},
        ),
        migrations.AlterModelOptions(
            name="schoolclass",
            options={"ordering": ["search_text", "id"], "verbose_name": "class", "verbose_name_plural": "classes"},
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
