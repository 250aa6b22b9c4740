"""Parses the DAG as Airflow does, and calls what it is made of; prints what came of it as JSON."""

import importlib.util
import json
import pathlib
import sys

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

spec = importlib.util.spec_from_file_location("airflow_dag", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def outcome(code):
    try:
        module.check(code)
    except AirflowSkipException:
        return "skip"
    except AirflowFailException:
        return "fail"
    except AirflowException:
        return "retry"
    return "done"


from airflow.sdk import DAG

dag = next(value for value in [module.trajsieve()] if isinstance(value, DAG))
print(
    json.dumps(
        {
            "tasks": sorted(dag.task_ids),
            "after_run": sorted(dag.get_task("run").downstream_task_ids),
            "outcomes": {str(code): outcome(code) for code in (0, 1, 2, 3, 4, 75, 99)},
            "command": module.run_command("2026-01-02", pathlib.Path("/data/filtered/2026-01-01")),
        }
    )
)
