from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "smsportal"

    def ready(self) -> None:
        from smsportal import checks  # noqa: F401, PLC0415
