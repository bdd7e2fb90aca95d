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
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("language", models.CharField(blank=True, default="", max_length=12)),
                ("time_zone", models.CharField(blank=True, default="", max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CustomerDetails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("company", models.CharField(blank=True, default="", max_length=200)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                ("street", models.CharField(blank=True, default="", max_length=500)),
                ("district", models.CharField(blank=True, default="", max_length=100)),
                ("city", models.CharField(blank=True, default="", max_length=100)),
                ("region", models.CharField(blank=True, default="", max_length=100)),
                ("postal_code", models.CharField(blank=True, default="", max_length=20)),
                ("tax_id", models.CharField(blank=True, default="", max_length=40)),
                ("version", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="customers.customer"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CustomerEmail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=320)),
                ("normalized", models.CharField(max_length=320)),
                ("verified_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="customers.customer"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GatewayCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("reference", models.CharField(max_length=200)),
                ("email", models.CharField(blank=True, default="", max_length=320)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("methods_observed_at", models.DateTimeField(null=True)),
                ("reread_at", models.DateTimeField(null=True)),
                ("details_version", models.PositiveIntegerField(default=0)),
                ("details_told_at", models.DateTimeField(null=True)),
                ("details_refused", models.BooleanField(default=False)),
                ("reconciled_at", models.DateTimeField(null=True)),
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
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="customer_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="customerdetails",
            constraint=models.UniqueConstraint(fields=("merchant", "customer"), name="customer_details_once"),
        ),
        migrations.AddIndex(
            model_name="customeremail",
            index=models.Index(fields=["merchant", "customer"], name="customers_c_merchan_7461df_idx"),
        ),
        migrations.AddConstraint(
            model_name="customeremail",
            constraint=models.UniqueConstraint(fields=("merchant", "normalized"), name="customer_email_once"),
        ),
        migrations.AddIndex(
            model_name="gatewaycustomer",
            index=models.Index(fields=["merchant", "customer"], name="customers_g_merchan_f6e562_idx"),
        ),
        migrations.AddConstraint(
            model_name="gatewaycustomer",
            constraint=models.UniqueConstraint(
                fields=("merchant", "connection", "reference"), name="gateway_customer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="gatewaycustomer",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="gateway_customer_public_id_once"
            ),
        ),
    ]
