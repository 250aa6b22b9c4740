"""Validates Croissant metadata with MLCommons' own library, and reads the records of every record set through it."""

import json
import sys

import mlcroissant

dataset = mlcroissant.Dataset(sys.argv[1])
issues = dataset.metadata.ctx.issues
print(
    json.dumps(
        {
            "errors": sorted(issues.errors),
            "version": str(dataset.metadata.ctx.conforms_to.value),
            "record_sets": [record_set.name for record_set in dataset.metadata.record_sets],
        },
        default=str,
    )
)
