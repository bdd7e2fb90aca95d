import django.db.models.deletion
import paydesk.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("merchants", "0001_initial"),
        ("payment_methods", "0001_initial"),
        ("subscriptions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Move",
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
                    "asked_by",
                    models.CharField(choices=[("customer", "Customer"), ("staff", "Staff")], max_length=8),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("fencing", "Fencing"),
                            ("charging", "Charging"),
                            ("ending", "Ending"),
                            ("releasing", "Releasing"),
                            ("done", "Done"),
                            ("undone", "Undone"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("declined", "Declined"),
                            ("collected", "Collected"),
                            ("not_fenced", "Not Fenced"),
                            ("no_answer", "No Answer"),
                            ("ended", "Ended"),
                            ("method_gone", "Method Gone"),
                            ("taken_back", "Taken Back"),
                            ("closed", "Closed"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                (
                    "fence_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("schedule_cancel", "Schedule Cancel"),
                            ("pause", "Pause"),
                            ("nothing", "Nothing"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("acts_at", models.DateTimeField()),
                ("begins_again", models.BooleanField(default=False)),
                ("source_next_at", models.DateTimeField(null=True)),
                ("source_paid", models.PositiveIntegerField(default=0)),
                ("owed_minor", models.BigIntegerField(default=0)),
                ("bills", models.JSONField(default=list)),
                ("gives_up_at", models.DateTimeField(null=True)),
                ("hold_asked_at", models.DateTimeField(null=True)),
                ("fenced_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="customers.customer"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "method",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="payment_methods.paymentmethod"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves_away",
                        to="subscriptions.subscription",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="moves_here",
                        to="subscriptions.subscription",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                        fields=["due_at"],
                        name="move_due",
                    ),
                    models.Index(fields=["merchant", "source"], name="move_of_subscription"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "public_id"), name="move_public_id_once"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "fencing", "charging", "ending", "releasing"])
                        ),
                        fields=("merchant", "source"),
                        name="move_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("target__isnull", False)),
                        fields=("merchant", "target"),
                        name="move_target_once",
                    ),
                ],
            },
        ),
    ]
