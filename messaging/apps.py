from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from messaging.contacts import receivers as _contacts  # noqa: F401, PLC0415
        from messaging.operations import receivers as _operations  # noqa: F401, PLC0415
        from messaging.repeats import receivers as _repeats  # noqa: F401, PLC0415
        from messaging.sending import receivers as _sending  # noqa: F401, PLC0415
        from messaging.wording import receivers as _wording  # noqa: F401, PLC0415
