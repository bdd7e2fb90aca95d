import django.db.models.deletion
import paydesk.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("merchants", "0001_initial"),
        ("orders", "0001_initial"),
        ("payment_methods", "0001_initial"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "collected_by",
                    models.CharField(
                        choices=[("gateway", "Gateway"), ("paydesk", "Paydesk")],
                        default="gateway",
                        max_length=8,
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("reference", models.CharField(max_length=200)),
                ("position", models.PositiveIntegerField(null=True)),
                ("due_date", models.DateField(null=True)),
                ("planned_date", models.DateField(null=True)),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("state_before_cover", models.CharField(blank=True, default="", max_length=12)),
                ("waived_minor", models.BigIntegerField(default=0)),
                ("covered_references", models.JSONField(default=list)),
                ("number", models.CharField(blank=True, default="", max_length=80)),
                ("title", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("due", "Due"),
                            ("processing", "Processing"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("skipped", "Skipped"),
                            ("covered", "Covered"),
                            ("canceled", "Canceled"),
                            ("written_off", "Written Off"),
                        ],
                        max_length=12,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("owed_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("due_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("paid_minor", models.BigIntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("settled_by", models.CharField(blank=True, default="", max_length=8)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("breakdown", models.JSONField(null=True)),
                ("capabilities", models.JSONField(default=list)),
                ("observed_at", models.DateTimeField()),
                ("fingerprint", models.CharField(blank=True, default="", max_length=64)),
                ("contradicted_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "covered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covers",
                        to="payments.payment",
                    ),
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
                (
                    "subscription",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="subscriptions.subscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DueCharge",
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
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "payment",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="payments.payment"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=10)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("created_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "payment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="payments.payment"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
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
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("number", models.PositiveIntegerField()),
                (
                    "origin",
                    models.CharField(choices=[("paydesk", "Paydesk"), ("gateway", "Gateway")], max_length=8),
                ),
                (
                    "asked_by",
                    models.CharField(
                        choices=[
                            ("customer", "Customer"),
                            ("staff", "Staff"),
                            ("dunning", "Dunning"),
                            ("engine", "Engine"),
                            ("gateway", "Gateway"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("prepared", "Prepared"),
                            ("submitted", "Submitted"),
                            ("pending", "Pending"),
                            ("needs_customer", "Needs Customer"),
                            ("unknown", "Unknown"),
                            ("succeeded", "Succeeded"),
                            ("declined", "Declined"),
                            ("abandoned", "Abandoned"),
                        ],
                        max_length=14,
                    ),
                ),
                ("payment_state_before", models.CharField(blank=True, default="", max_length=12)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("method_brand", models.CharField(blank=True, default="", max_length=40)),
                ("method_last_four", models.CharField(blank=True, default="", max_length=4)),
                ("prepared_reference", models.CharField(blank=True, default="", max_length=200)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("decline_reason", models.CharField(blank=True, default="", max_length=24)),
                ("decline_advice", models.CharField(blank=True, default="", max_length=12)),
                ("decline_code", models.CharField(blank=True, default="", max_length=80)),
                ("action_url", models.CharField(blank=True, default="", max_length=1000)),
                ("wait_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("found_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "payment_method",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="payment_methods.paymentmethod",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="payments.payment"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
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
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("reference", models.CharField(max_length=200, null=True)),
                ("charge_reference", models.CharField(blank=True, default="", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("unknown", "Unknown"),
                            ("pending", "Pending"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("created_at", models.DateTimeField()),
                ("key", models.UUIDField(null=True)),
                ("asked_by", models.CharField(blank=True, default="", max_length=80)),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "payment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="payments.payment"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["merchant", "customer", "-due_at", "-id"], name="payment_history"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state__in", ["scheduled", "due", "processing", "failed"])),
                fields=["merchant", "customer"],
                name="payment_open",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["merchant", "order"], name="payment_of_order"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["merchant", "subscription"], name="payment_of_subscription"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("covered_by__isnull", False)),
                fields=["merchant", "covered_by"],
                name="payment_covered",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("merchant", "connection", "reference"), name="payment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="payment_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("position__isnull", False)),
                fields=("merchant", "subscription", "position"),
                name="payment_position_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("covered_by__isnull", False), ("state", "covered")),
                    models.Q(models.Q(("state", "covered"), _negated=True), ("covered_by__isnull", True)),
                    _connector="OR",
                ),
                name="payment_covered_says_by_whom",
            ),
        ),
        migrations.AddIndex(
            model_name="duecharge",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                fields=["due_at"],
                name="charge_due",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["merchant", "payment"], name="payments_di_merchan_795a85_idx"),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                fields=("merchant", "connection", "reference"), name="dispute_once"
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                fields=["due_at"],
                name="attempt_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("origin", "paydesk"),
                    (
                        "state__in",
                        ["created", "prepared", "submitted", "pending", "needs_customer", "unknown"],
                    ),
                ),
                fields=("merchant", "payment"),
                name="attempt_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("merchant", "payment", "number"), name="attempt_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="attempt_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("merchant", "key"), name="attempt_key_once"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("merchant", "connection", "reference"),
                name="attempt_reference_once",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["merchant", "payment"], name="payments_re_merchan_5f7f75_idx"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                fields=["due_at"],
                name="refund_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("merchant", "connection", "reference"), name="refund_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="refund_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(fields=("merchant", "key"), name="refund_key_once"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["created", "unknown"])),
                fields=("merchant", "payment"),
                name="refund_one_open",
            ),
        ),
    ]
