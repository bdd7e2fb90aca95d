from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("fence", models.BigIntegerField(default=0)),
                ("tries_count", models.IntegerField(default=0)),
                ("failures_count", models.IntegerField(default=0)),
                ("dead_at", models.DateTimeField(null=True)),
                ("trouble", models.TextField(blank=True, default="")),
                ("merchant_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("subject", models.JSONField(default=dict)),
                ("happened_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                        fields=["due_at"],
                        name="event_due",
                    ),
                    models.Index(
                        fields=["merchant_id", "name", "happened_at"], name="events_even_merchan_b1ad1f_idx"
                    ),
                ],
            },
        ),
    ]
