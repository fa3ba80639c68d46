import re

import pytest
from django.conf import settings


@pytest.fixture(scope="session")
def icons() -> set[str]:
    """The names in the sprite."""
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    return set(re.findall(r'<symbol id="i-([\w-]+)"', sprite))
