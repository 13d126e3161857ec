import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("courses", "0005_completes_at_end"),
        ("toolkit", "0002_transfer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("section", models.CharField(max_length=12)),
                ("out_of", models.DecimalField(decimal_places=5, max_digits=12)),
                ("drawn", models.JSONField(default=dict)),
                ("response", models.JSONField(default=dict)),
                ("stamp", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField(null=True)),
                ("flagged", models.BooleanField(default=False)),
                ("checked", models.BooleanField(default=False)),
                ("points", models.DecimalField(decimal_places=5, max_digits=12, null=True)),
                ("marked_at", models.DateTimeField(null=True)),
                ("comment", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="courses.enrolment"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="toolkit.item"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers_marked",
                        to="toolkit.version",
                    ),
                ),
                (
                    "passage",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="toolkit.version"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="courses.coursesession"
                    ),
                ),
                (
                    "session_course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="courses.sessioncourse"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="toolkit.version"
                    ),
                ),
            ],
            options={
                "ordering": ["attempt", "position"],
            },
        ),
        migrations.CreateModel(
            name="AnswerFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="quizzes.answer"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_files",
                        to="toolkit.storedfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "In progress"), ("handed_in", "Handed in")], default="open", max_length=10
                    ),
                ),
                ("settings", models.JSONField()),
                ("seed", models.PositiveBigIntegerField()),
                ("started_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField()),
                ("handed_in_at", models.DateTimeField(null=True)),
                ("by_clock", models.BooleanField(default=False)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("out_of", models.DecimalField(decimal_places=5, max_digits=12)),
                ("points", models.DecimalField(decimal_places=5, max_digits=12, null=True)),
                ("marked_at", models.DateTimeField(null=True)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="courses.enrolment"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="toolkit.item"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="courses.coursesession"
                    ),
                ),
                (
                    "session_course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="courses.sessioncourse"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="toolkit.version"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="quizzes.attempt"
            ),
        ),
        migrations.CreateModel(
            name="MarkChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.DecimalField(decimal_places=5, max_digits=12, null=True)),
                ("after", models.DecimalField(decimal_places=5, max_digits=12, null=True)),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mark_changes", to="quizzes.answer"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="toolkit.version"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["session_course", "item", "enrolment"], name="attempts_in_a_course"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["session_course", "marked_at", "handed_in_at"], name="attempts_to_mark"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(condition=models.Q(("state", "open")), fields=["ends_at"], name="attempts_running_out"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("session", "enrolment", "item", "number"), name="attempt_number_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("session", "enrolment", "item"), name="one_open_attempt"
            ),
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(fields=["session_course", "item"], name="answers_to_a_question"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("session", "attempt", "position"), name="position_in_an_attempt"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("session", "attempt", "item"), name="question_once_per_attempt"),
        ),
    ]
