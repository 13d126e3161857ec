"""What an audit entry says in words gets a row of its own, which can be erased; the chain of seals gets its table."""

import django.db.models.deletion
import django.db.models.functions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_duties_and_rows_done"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="acting",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="acting",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="digest",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="written_at",
            field=models.DateTimeField(db_default=django.db.models.functions.Now()),
        ),
        migrations.CreateModel(
            name="AuditDetail",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="ledger.auditentry",
                    ),
                ),
                ("salt", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=300)),
                ("changes", models.JSONField(default=dict)),
                ("address", models.CharField(max_length=60)),
                ("device", models.CharField(max_length=80)),
                ("search_text", models.CharField(max_length=1000)),
                (
                    "erased_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.auditentry",
                    ),
                ),
            ],
            options={"verbose_name_plural": "audit details"},
        ),
        migrations.CreateModel(
            name="AuditConcern",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="ledger.auditentry",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person_id", "-entry"], name="audit_by_person_concerned")],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "person_id"), name="audit_concerns_a_person_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="ledger.auditentry"
                    ),
                ),
            ],
            options={"ordering": ["number"]},
        ),
    ]
