import django.db.models.deletion
import paydesk.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("merchants", "0001_initial"),
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceiptSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mode", models.CharField(max_length=4)),
                ("last_number", models.BigIntegerField(default=0)),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
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
                            ("receipt", "Receipt"),
                            ("refund", "Refund"),
                            ("refund_failed", "Refund Failed"),
                            ("dispute", "Dispute"),
                            ("dispute_won", "Dispute Won"),
                        ],
                        default="receipt",
                        max_length=14,
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("snapshot", models.JSONField()),
                ("issued_at", models.DateTimeField()),
                (
                    "dispute",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="payments.dispute"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="merchants.merchant"),
                ),
                (
                    "payment",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="payments.payment"),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="payments.refund"
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="receipts.receiptseries"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="receiptseries",
            constraint=models.UniqueConstraint(fields=("merchant", "mode"), name="receipt_series_once"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["merchant", "payment"], name="receipt_of_payment"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("merchant", "series", "number"), name="receipt_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="receipt_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "receipt")),
                fields=("merchant", "payment", "version"),
                name="receipt_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("refund__isnull", False)),
                fields=("merchant", "refund", "kind"),
                name="receipt_refund_note_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dispute__isnull", False)),
                fields=("merchant", "dispute", "kind"),
                name="receipt_dispute_note_once",
            ),
        ),
    ]
