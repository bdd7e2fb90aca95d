import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("holds", "0001_initial"),
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comparison",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("customers", "Customers"),
                            ("events", "Events"),
                            ("attempts", "Attempts"),
                            ("doubt", "Doubt"),
                            ("released", "Released"),
                            ("dropped", "Dropped"),
                        ],
                        default="customers",
                        max_length=10,
                    ),
                ),
                ("cursor", models.CharField(blank=True, default="", max_length=500)),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("customers_total", models.PositiveIntegerField(default=0)),
                ("customers_count", models.PositiveIntegerField(default=0)),
                ("charges_count", models.PositiveIntegerField(default=0)),
                ("events_count", models.PositiveIntegerField(default=0)),
                ("attempts_count", models.PositiveIntegerField(default=0)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "hold",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="holds.chargehold"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                        fields=["due_at"],
                        name="comparison_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EventPoll",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("complete_until", models.DateTimeField(null=True)),
                ("walk_until", models.DateTimeField(null=True)),
                ("cursor", models.CharField(blank=True, default="", max_length=500)),
                ("polled_at", models.DateTimeField(null=True)),
                ("walked_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, default="", max_length=300)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "connection"), name="event_poll_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cursor", models.CharField(blank=True, default="", max_length=500)),
                ("done", models.JSONField(default=list)),
                ("customers_count", models.PositiveIntegerField(default=0)),
                ("payments_count", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("holder", models.CharField(blank=True, default="", max_length=120)),
                ("held_since", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("subscriptions_count", models.PositiveIntegerField(default=0)),
                ("unlinked_count", models.PositiveIntegerField(default=0)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("merchant", "connection"),
                        name="import_one_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxEvent",
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
                ("event_id", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=100)),
                ("body", models.BinaryField()),
                ("happened_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("worked_at", models.DateTimeField(null=True)),
                ("names_nothing", models.BooleanField(default=False)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at__isnull", True), ("due_at__isnull", False)),
                        fields=["due_at"],
                        name="inbox_due",
                    ),
                    models.Index(
                        condition=models.Q(("names_nothing", True)),
                        fields=["merchant", "connection", "kind"],
                        name="inbox_names_nothing",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("merchant", "connection", "event_id"), name="inbox_event_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cursor", models.CharField(blank=True, default="", max_length=500)),
                ("done", models.JSONField(default=list)),
                ("customers_count", models.PositiveIntegerField(default=0)),
                ("payments_count", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("holder", models.CharField(blank=True, default="", max_length=120)),
                ("held_since", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "part",
                    models.CharField(
                        choices=[("listed", "Listed"), ("known", "Known"), ("rest", "Rest")],
                        default="listed",
                        max_length=8,
                    ),
                ),
                ("mended", models.JSONField(default=dict)),
                ("found_counts", models.JSONField(default=dict)),
                ("found", models.JSONField(default=list)),
                ("sums", models.JSONField(default=dict)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.connection"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("merchant", "connection"),
                        name="reconciliation_one_at_a_time",
                    )
                ],
            },
        ),
    ]
