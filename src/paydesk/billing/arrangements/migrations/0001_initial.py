import django.db.models.deletion
import django.db.models.expressions
import paydesk.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("merchants", "0001_initial"),
        ("payment_methods", "0001_initial"),
        ("payments", "0001_initial"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CancelNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asked_by",
                    models.CharField(choices=[("customer", "Customer"), ("staff", "Staff")], max_length=8),
                ),
                ("wanted", models.CharField(max_length=6)),
                ("reason", models.CharField(blank=True, default="", max_length=16)),
                ("comment", models.TextField(blank=True, default="")),
                ("offered", models.CharField(blank=True, default="", max_length=8)),
                (
                    "answer",
                    models.CharField(
                        choices=[("canceled", "Canceled"), ("accepted", "Accepted")], max_length=8
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MethodChange",
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
                ("steps", models.JSONField()),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("superseded", "Superseded"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refused", "Refused"),
                            ("other_default", "Other Default"),
                            ("still_charged", "Still Charged"),
                            ("still_there", "Still There"),
                            ("still_needed", "Still Needed"),
                            ("too_late", "Too Late"),
                        ],
                        default="",
                        max_length=14,
                    ),
                ),
                ("refused_for", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
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
                        related_name="+",
                        to="payment_methods.paymentmethod",
                    ),
                ),
                (
                    "removed_method",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="payment_methods.paymentmethod",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("kind", models.CharField(choices=[("several", "Several"), ("off", "Off")], max_length=8)),
                ("lines", models.JSONField()),
                ("owed_minor", models.BigIntegerField()),
                ("waived_minor", models.BigIntegerField(default=0)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "covering",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="payments.payment",
                    ),
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
            name="ScheduledAction",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pause", "Pause"),
                            ("resume", "Resume"),
                            ("cancel", "Cancel"),
                            ("schedule_cancel", "Schedule Cancel"),
                            ("undo_cancel", "Undo Cancel"),
                            ("discount", "Discount"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                            ("refused", "Refused"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[("refused", "Refused"), ("not_so", "Not So"), ("too_late", "Too Late")],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "asked_by",
                    models.CharField(choices=[("customer", "Customer"), ("staff", "Staff")], max_length=8),
                ),
                ("created_at", models.DateTimeField()),
                ("acts_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("discount_percent", models.PositiveSmallIntegerField(default=0)),
                ("discount_payments", models.PositiveSmallIntegerField(default=0)),
                ("put_off_by", models.PositiveIntegerField(default=0)),
                ("put_off_position", models.PositiveIntegerField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "note",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="arrangements.cancelnote",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="cancelnote",
            index=models.Index(fields=["merchant", "subscription"], name="note_of_subscription"),
        ),
        migrations.AddIndex(
            model_name="cancelnote",
            index=models.Index(fields=["merchant", "created_at"], name="note_by_time"),
        ),
        migrations.AddIndex(
            model_name="methodchange",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                fields=["due_at"],
                name="method_change_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="methodchange",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="method_change_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="methodchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("merchant", "gateway_customer"),
                name="method_change_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["merchant", "customer"], name="arrangement_merchan_c8c242_idx"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.UniqueConstraint(fields=("merchant", "public_id"), name="quote_public_id_once"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_minor",
                        django.db.models.expressions.CombinedExpression(
                            models.F("owed_minor"), "-", models.F("waived_minor")
                        ),
                    ),
                    ("amount_minor__gt", 0),
                ),
                name="quote_adds_up",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduledaction",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                fields=["due_at"],
                name="action_due",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduledaction",
            index=models.Index(fields=["merchant", "subscription"], name="action_of_subscription"),
        ),
        migrations.AddConstraint(
            model_name="scheduledaction",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="action_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("merchant", "subscription"),
                name="action_one_open",
            ),
        ),
    ]
