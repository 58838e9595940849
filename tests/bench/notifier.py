"""A worker process whose Slack is the bench's; `tests.bench.notify` starts it beside itself."""

import os

from tasks import worker
from webapp.adapters import slack

if __name__ == "__main__":
    slack.use(slack.Api(os.environ["BENCH_SLACK"]))
    worker.main()
