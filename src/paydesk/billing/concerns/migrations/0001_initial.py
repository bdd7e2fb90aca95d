import django.db.models.deletion
import paydesk.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unknown_outcome", "Unknown Outcome"),
                            ("unknown_charge", "Unknown Charge"),
                            ("contradiction", "Contradiction"),
                            ("truth_broken", "Truth Broken"),
                            ("restored", "Restored"),
                            ("stuck", "Stuck"),
                            ("not_taken", "Not Taken"),
                            ("outside", "Outside"),
                            ("not_ended", "Not Ended"),
                            ("not_resumed", "Not Resumed"),
                            ("not_released", "Not Released"),
                            ("both_sides", "Both Sides"),
                        ],
                        max_length=16,
                    ),
                ),
                ("subject", models.CharField(max_length=250)),
                ("facts", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("told_in", models.CharField(blank=True, default="", max_length=16)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolved_by", models.CharField(blank=True, default="", max_length=80)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["merchant", "opened_at", "id"], name="concern_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at__isnull", True)),
                        fields=("merchant", "kind", "subject"),
                        name="concern_one_open",
                    ),
                    models.UniqueConstraint(fields=("merchant", "public_id"), name="concern_public_id_once"),
                ],
            },
        ),
    ]
