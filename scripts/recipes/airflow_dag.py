"""Filters trajectories each night: one task filters, the next proves the account and makes the run the latest.

A task is skipped where everything had been done before (exit code 99), tried again where the network is down or some
input could not be read (75, 4), and fails at once where a gate fails or the call is wrong (3, 2).
"""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

DATA = "/data/rollouts"
RUNS = Path("/data/filtered")
GATES = ("unsafe>5%", "unreadable>0")


def run_command(name: str, latest: Path | None) -> list[str]:
    """The command of one night's run; what `latest` did is taken over."""
    command = ["trajsieve", "run", DATA, "--out", str(RUNS / name)]
    command += ["--log-format", "json", "--lineage", str(RUNS / "lineage.jsonl"), "--skip-exit-code", "99"]
    for gate in GATES:
        command += ["--fail-on", gate]
    if latest is not None:
        command += ["--since", str(latest)]
    return command


def check(code: int) -> None:
    """Turns an exit code into what Airflow makes of it."""
    if code == 99:
        raise AirflowSkipException("everything had been done before")
    if code in (2, 3):
        raise AirflowFailException(f"exit code {code}: trying again would not help")
    if code != 0:
        raise AirflowException(f"exit code {code}")


@dag(
    dag_id="trajsieve",
    schedule="17 2 * * *",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": datetime.timedelta(minutes=10)},
    tags=["data", "safety"],
)
def trajsieve():
    @task
    def run(ds: str | None = None) -> str:
        link = RUNS / "latest"
        latest = link.resolve() if link.exists() and link.resolve().name != ds else None
        check(subprocess.run(run_command(str(ds), latest), check=False).returncode)
        return str(ds)

    @task
    def verify(name: str) -> None:
        check(subprocess.run(["trajsieve", "verify", str(RUNS / name)], check=False).returncode)
        link = RUNS / "latest.new"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        # a rename is one step: nobody sees the link missing
        link.rename(RUNS / "latest")

    verify(run())


trajsieve()
