import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChargeHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("restore", "Restore"), ("truth", "Truth"), ("staff", "Staff")], max_length=8
                    ),
                ),
                ("why", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("known_until", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.CharField(blank=True, default="", max_length=80)),
                (
                    "connection",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=["merchant"],
                        name="charge_hold_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("connection__isnull", False), ("released_at__isnull", True)),
                        fields=("merchant", "connection", "kind"),
                        name="charge_hold_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("connection__isnull", True), ("released_at__isnull", True)),
                        fields=("merchant", "kind"),
                        name="charge_hold_one_open_of_all",
                    ),
                ],
            },
        ),
    ]
