"""A worker process whose one policy notes when it ran; `tests.bench.bus` starts it beside itself,
as the product's worker runs beside its web process.
"""

import os
import time

from tasks import worker
from webapp.events.models import Event
from webapp.events.subscriptions import on

EVENT = "bench.happened"


@on(EVENT)
def note_when_a_bench_event_is_handled(event: Event) -> None:
    """One line in the file the bench named: the event's id and the moment."""
    line = f"{event.id} {time.time():.6f}\n".encode()
    fd = os.open(os.environ["BENCH_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, line)
    os.close(fd)


if __name__ == "__main__":
    worker.main()
