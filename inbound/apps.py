from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "inbound"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inbound.renting import receivers as _renting  # noqa: F401, PLC0415
        from inbound.sorting import receivers as _sorting  # noqa: F401, PLC0415
        from inbound.twoway import receivers as _twoway  # noqa: F401, PLC0415
