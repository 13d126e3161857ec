"""What HR managers read becomes a table; what worked before works as before."""

from django.db import migrations

AT_FIRST = ("read_about_people", "read_about_sessions")


def permit(apps, schema_editor):
    rows = apps.get_model("people", "RolePermission").objects
    for permission in AT_FIRST:
        rows.get_or_create(role="hr_manager", permission=permission)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_sign_in"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
