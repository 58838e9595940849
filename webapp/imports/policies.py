"""What happens to a batch by itself: the file of one that has ended is dropped."""

from webapp.core.errors import NotFound
from webapp.events.models import Event
from webapp.events.subscriptions import on
from webapp.imports.commands import forget_file


@on(
    "import_batch.committed",
    "import_batch.refused",
    "import_batch.discarded",
    name="forget_the_file_of_an_import_that_ended",
)
def forget_the_file_of_an_import_that_ended(event: Event) -> None:
    try:
        forget_file(event.subject_id)
    except NotFound:  # purged with its campaign
        return
