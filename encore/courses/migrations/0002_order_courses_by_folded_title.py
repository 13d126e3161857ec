from django.db import migrations
from django.db.models import Value
from django.db.models.functions import StrIndex, Substr


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="course",
            options={
                "ordering": [Substr("search_text", StrIndex("search_text", Value(" ")) + 1), "id"],
                "verbose_name": "course",
                "verbose_name_plural": "courses",
            },
        ),
    ]
