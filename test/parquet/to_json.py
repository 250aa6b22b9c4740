"""Writes columns of a Parquet file as a JSON list of rows: to_json.py INPUT OUTPUT COLUMNS"""
import json, sys
import pyarrow.parquet as pq

rows = pq.read_table(sys.argv[1], columns=sys.argv[3].split(",")).to_pylist()
json.dump(rows, open(sys.argv[2], "w"))
