"""The pages of a message that is being written."""

from messaging.compose.views.checking import check
from messaging.compose.views.importing import import_check
from messaging.compose.views.writing import again, draft, edit, new

__all__ = ["again", "check", "draft", "edit", "import_check", "new"]
