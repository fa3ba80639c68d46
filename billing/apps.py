from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.delivery import receivers as _delivery  # noqa: F401, PLC0415
        from billing.usage import receivers as _usage  # noqa: F401, PLC0415
