import django.db.models.deletion
import paydesk.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentMethod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("reference", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("card", "card"), ("bank_debit", "bank_debit"), ("wallet", "wallet")],
                        max_length=12,
                    ),
                ),
                ("brand", models.CharField(blank=True, default="", max_length=40)),
                ("last_four", models.CharField(blank=True, default="", max_length=4)),
                ("expires_year", models.SmallIntegerField(null=True)),
                ("expires_month", models.SmallIntegerField(null=True)),
                ("is_default", models.BooleanField(default=False)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="customers.customer"
                    ),
                ),
                (
                    "gateway_customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="customers.gatewaycustomer"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MethodSetup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("payment_public_id", models.CharField(blank=True, default="", max_length=16)),
                ("subscription_public_id", models.CharField(blank=True, default="", max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("finished", "Finished"), ("refused", "Refused")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("refusal", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="customers.customer"),
                ),
                (
                    "gateway_customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="customers.gatewaycustomer"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "method",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="payment_methods.paymentmethod",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="payment_methods.paymentmethod",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="paymentmethod",
            index=models.Index(fields=["merchant", "customer"], name="payment_met_merchan_437462_idx"),
        ),
        migrations.AddConstraint(
            model_name="paymentmethod",
            constraint=models.UniqueConstraint(
                fields=("merchant", "connection", "reference"), name="method_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentmethod",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="method_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="methodsetup",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="method_setup_public_id_once"
            ),
        ),
    ]
