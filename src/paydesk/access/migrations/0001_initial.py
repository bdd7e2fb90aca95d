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
            name="AddressChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session_public_id", models.CharField(max_length=16)),
                ("old_address", models.CharField(max_length=320)),
                ("new_address", models.CharField(max_length=320)),
                ("new_normalized", models.CharField(max_length=320)),
                ("tries_count", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("code_expires_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("made_new_address", models.BooleanField(default=False)),
                ("undo_until", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
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
            name="AddressSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(choices=[("confirm", "Confirm"), ("undo", "Undo")], max_length=7),
                ),
                ("secret_hash", models.BinaryField()),
                ("code_hash", models.BinaryField()),
                ("tries_count", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, to="access.addresschange"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("secret_hash", models.BinaryField()),
                ("language", models.CharField(default="en", max_length=12)),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
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
            name="LimitCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("limit", models.CharField(max_length=40)),
                ("subject_hash", models.BinaryField()),
                ("moments", models.JSONField(default=list)),
                ("last_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignInRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                ("address", models.CharField(max_length=320)),
                ("browser_hash", models.BinaryField()),
                ("next_path", models.CharField(blank=True, default="", max_length=500)),
                ("tries_count", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("code_expires_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
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
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(default=paydesk.kit.ids.new_public_id, max_length=16)),
                (
                    "carrier",
                    models.CharField(
                        choices=[("cookie", "Cookie"), ("bearer", "Bearer")], default="cookie", max_length=6
                    ),
                ),
                ("parent_origin", models.CharField(blank=True, default="", max_length=253)),
                ("token_hash", models.BinaryField()),
                ("address", models.CharField(max_length=320)),
                ("device", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="customers.customer"),
                ),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "request",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.DO_NOTHING, to="access.signinrequest"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LinkSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("secret_hash", models.BinaryField()),
                ("code_hash", models.BinaryField()),
                ("tries_count", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("code_expires_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, to="access.signinrequest"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("secret_hash", models.BinaryField()),
                ("path", models.CharField(max_length=500)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
                (
                    "session",
                    models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to="access.session"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="addresschange",
            index=models.Index(fields=["merchant", "customer"], name="access_addr_merchan_14f966_idx"),
        ),
        migrations.AddConstraint(
            model_name="addresschange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at", None), ("ended_at", None)),
                fields=("merchant", "customer"),
                name="address_change_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="addresssecret",
            constraint=models.UniqueConstraint(
                fields=("merchant", "secret_hash"), name="address_secret_once"
            ),
        ),
        migrations.AddIndex(
            model_name="calendarfeed",
            index=models.Index(fields=["merchant", "customer"], name="access_cale_merchan_af3357_idx"),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(fields=("merchant", "secret_hash"), name="calendar_feed_once"),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="calendar_feed_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="limitcount",
            constraint=models.UniqueConstraint(
                fields=("merchant", "limit", "subject_hash"), name="limit_count_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="signinrequest",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="sign_in_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="signinrequest",
            constraint=models.UniqueConstraint(
                fields=("merchant", "browser_hash"), name="sign_in_browser_once"
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["merchant", "customer"], name="access_sess_merchan_28acb5_idx"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("merchant", "token_hash"), name="session_token_once"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                fields=("merchant", "public_id"), name="session_public_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="linksecret",
            constraint=models.UniqueConstraint(fields=("merchant", "secret_hash"), name="link_secret_once"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(fields=("merchant", "secret_hash"), name="ticket_once"),
        ),
    ]
