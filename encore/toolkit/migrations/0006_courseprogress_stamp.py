from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("toolkit", "0005_activity_counted_at")]

    operations = [
        migrations.AddField(model_name="courseprogress", name="stamp", field=models.PositiveIntegerField(default=0)),
    ]
