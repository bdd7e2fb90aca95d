import django.db.models.deletion
import paydesk.kit.ids
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("merchants", "0001_initial"),
        ("orders", "0001_initial"),
        ("payment_methods", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                (
                    "collected_by",
                    models.CharField(
                        choices=[("gateway", "Gateway"), ("paydesk", "Paydesk")],
                        default="gateway",
                        max_length=8,
                    ),
                ),
                ("reference", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("incomplete", "incomplete"),
                            ("trialing", "trialing"),
                            ("active", "active"),
                            ("past_due", "past_due"),
                            ("paused", "paused"),
                            ("unpaid", "unpaid"),
                            ("canceled", "canceled"),
                            ("completed", "completed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("interval_unit", models.CharField(max_length=5)),
                ("interval_count", models.PositiveSmallIntegerField(default=1)),
                ("payments_total", models.PositiveIntegerField(null=True)),
                ("payments_made", models.PositiveIntegerField(default=0)),
                ("total_minor", models.BigIntegerField(null=True)),
                ("deposit_minor", models.BigIntegerField(default=0)),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("waived_minor", models.BigIntegerField(default=0)),
                ("paid_minor", models.BigIntegerField(default=0)),
                ("anchor_date", models.DateField(null=True)),
                ("shifted_count", models.PositiveIntegerField(default=0)),
                ("discount_percent", models.PositiveSmallIntegerField(default=0)),
                ("discount_ends_at", models.DateTimeField(null=True)),
                ("discount_from", models.PositiveIntegerField(default=0)),
                ("discount_count", models.PositiveSmallIntegerField(default=0)),
                ("lines", models.JSONField(default=list)),
                ("trial_ends_at", models.DateTimeField(null=True)),
                ("next_payment_at", models.DateTimeField(null=True)),
                ("next_amount_minor", models.BigIntegerField(null=True)),
                ("started_at", models.DateTimeField()),
                ("cancels_at", models.DateTimeField(null=True)),
                ("held_end_at", models.DateTimeField(null=True)),
                ("moving_since", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("resumes_at", models.DateTimeField(null=True)),
                ("held_resume_at", models.DateTimeField(null=True)),
                ("manage_url", models.CharField(blank=True, default="", max_length=500)),
                ("capabilities", models.JSONField(default=list)),
                ("observed_at", models.DateTimeField()),
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
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="customers.gatewaycustomer"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                ("order", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="orders.order")),
                (
                    "payment_method",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="payment_methods.paymentmethod",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["merchant", "customer"], name="subscriptio_merchan_1942d8_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("merchant", "connection", "reference"), name="subscription_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("collected_by", "paydesk"),
                            models.Q(("state__in", ["canceled", "completed"]), _negated=True),
                        ),
                        fields=("merchant", "reference"),
                        name="subscription_name_once",
                    ),
                    models.UniqueConstraint(
                        fields=("merchant", "public_id"), name="subscription_public_id_once"
                    ),
                ],
            },
        ),
    ]
