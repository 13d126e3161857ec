"""Entries lose the words that lie in their details now, get the indexes of the filters, and triggers that keep them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from encore.ledger import guard


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_fill_audit_details")]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={"ordering": ["-id"], "verbose_name": "audit entry", "verbose_name_plural": "audit entries"},
        ),
        migrations.RemoveField(model_name="auditentry", name="changes"),
        migrations.RemoveField(model_name="auditentry", name="subject"),
        migrations.AlterField(
            model_name="auditentry",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="audit_entries",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(model_name="auditentry", index=models.Index(fields=["by", "-id"], name="audit_by_person")),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("acting__isnull", False)), fields=["acting", "-id"], name="audit_by_acting"
            ),
        ),
        migrations.AddIndex(model_name="auditentry", index=models.Index(fields=["verb", "-id"], name="audit_by_verb")),
        migrations.AddIndex(model_name="auditentry", index=models.Index(fields=["at"], name="audit_by_time")),
        migrations.RunPython(
            lambda apps, schema_editor: guard.put(schema_editor.connection),
            lambda apps, schema_editor: guard.lift(schema_editor.connection),
        ),
    ]
