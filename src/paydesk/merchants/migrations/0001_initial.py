import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Merchant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("host_name", models.CharField(max_length=253, null=True, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("mode", models.CharField(choices=[("live", "Live"), ("test", "Test")], max_length=4)),
                ("time_zone", models.CharField(default="UTC", max_length=60)),
                ("language", models.CharField(default="en", max_length=12)),
                ("support_email", models.EmailField(max_length=254)),
                ("support_url", models.CharField(blank=True, default="", max_length=300)),
                ("support_phone", models.CharField(blank=True, default="", max_length=40)),
                ("logo", models.JSONField(default=dict)),
                ("accent_color", models.CharField(default="#3d5afe", max_length=7)),
                ("link_minutes", models.PositiveSmallIntegerField(default=15)),
                ("frame_origins", models.JSONField(default=list)),
                ("sender_email", models.CharField(blank=True, default="", max_length=254)),
                ("texts", models.JSONField(default=dict)),
                ("policies", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("link_minutes__range", (5, 15))), name="merchant_link_minutes"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seconds", models.BigIntegerField()),
                (
                    "merchant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("gateway", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("base_url", models.CharField(blank=True, default="", max_length=300)),
                ("options", models.JSONField(default=dict)),
                ("credentials", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "name"), name="connection_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("media_type", models.CharField(max_length=20)),
                ("content", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="merchants.merchant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "digest"), name="picture_digest_once")
                ],
            },
        ),
    ]
