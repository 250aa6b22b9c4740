"""Builds each event of a file with OpenLineage's own client, which checks it; prints types and facets as JSON."""

import json
import sys

from openlineage.client import event_v2
from openlineage.client.generated import (
    input_statistics_input_dataset,
    job_type_job,
    output_statistics_output_dataset,
    processing_engine_run,
)

FACETS = {
    "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet,
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}


def facets(values):
    built = {}
    for name, value in values.items():
        if name not in FACETS:
            assert value["_schemaURL"] and value["_producer"], name
            continue
        fields = {key: own for key, own in value.items() if not key.startswith("_")}
        facet = FACETS[name](**fields)
        # the address must be that of the schema, whatever version the client has of it
        strip = lambda url: "/".join(part for part in url.split("/") if not part[:1].isdigit())
        assert strip(value["_schemaURL"]) == strip(facet._schemaURL), (value["_schemaURL"], facet._schemaURL)
        built[name] = facet
    return built


seen = []
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        event = json.loads(line)
        run = event_v2.Run(runId=event["run"]["runId"], facets=facets(event["run"]["facets"]))
        job = event_v2.Job(
            namespace=event["job"]["namespace"], name=event["job"]["name"], facets=facets(event["job"]["facets"])
        )
        event_v2.RunEvent(
            eventType=event_v2.RunState(event["eventType"]),
            eventTime=event["eventTime"],
            run=run,
            job=job,
            producer=event["producer"],
            inputs=[
                event_v2.InputDataset(i["namespace"], i["name"], inputFacets=facets(i["inputFacets"]))
                for i in event["inputs"]
            ],
            outputs=[
                event_v2.OutputDataset(o["namespace"], o["name"], outputFacets=facets(o["outputFacets"]))
                for o in event["outputs"]
            ],
        )
        seen.append(event["eventType"])
print(json.dumps(seen))
