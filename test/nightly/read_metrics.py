"""Reads a metrics file as Prometheus' own client does; prints its samples as JSON."""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8") as file:
    families = list(text_string_to_metric_families(file.read()))
print(json.dumps([[s.name, s.labels, s.value] for family in families for s in family.samples]))
