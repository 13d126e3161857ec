from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("toolkit", "0004_progress_is_kept")]

    operations = [
        migrations.AddField(model_name="activity", name="counted_at", field=models.DateTimeField(null=True)),
    ]
