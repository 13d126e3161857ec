"""What a role permits becomes a table; what worked before works as before."""

from django.db import migrations, models

AT_FIRST = {
    "session_administrator": ["create_people", "edit_people", "import"],
    "teacher": ["create_courses"],
}


def permit(apps, schema_editor):
    rows = apps.get_model("people", "RolePermission").objects
    for role, permissions in AT_FIRST.items():
        for permission in permissions:
            rows.get_or_create(role=role, permission=permission)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_following"),
    ]

    operations = [
        migrations.CreateModel(
            name="RolePermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=30)),
                ("permission", models.CharField(max_length=30)),
            ],
            options={
                "ordering": ["role", "permission"],
                "constraints": [models.UniqueConstraint(fields=("role", "permission"), name="permits_once")],
            },
        ),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
