import django.db.models.deletion
from django.db import migrations, models
from django.utils.timezone import now


def have_it_counted(apps, schema_editor):
    """What learners had done before is counted by the worker; until then it is worked out on each reading."""
    if apps.get_model("courses", "Enrolment").objects.exists():
        apps.get_model("ledger", "Job").objects.create(kind="rebuild progress", created_at=now())


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_audit_is_only_added_to"),
        ("toolkit", "0003_grades_progress_activity"),
    ]

    operations = [
        migrations.AlterField(
            model_name="courseprogress",
            name="session_course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="progress", to="courses.sessioncourse"
            ),
        ),
        migrations.RunPython(have_it_counted, migrations.RunPython.noop),
    ]
