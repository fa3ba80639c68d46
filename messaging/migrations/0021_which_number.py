from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0020_turns_of_a_page"),
    ]

    operations = [
        migrations.AlterField(
            model_name="draft",
            name="sender_choice",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.RenameField(
            model_name="repeat", old_name="sender_kind", new_name="sender_choice"
        ),
        migrations.AlterField(
            model_name="repeat",
            name="sender_choice",
            field=models.CharField(max_length=16),
        ),
    ]
