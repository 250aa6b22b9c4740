"""Writes rows of messages in several ways (`write rows.json folder`), or prints a file's rows as JSON (`read file`)."""

import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq

call = pa.struct([("name", pa.string()), ("arguments", pa.string())])
message = pa.struct(
    [
        ("role", pa.string()),
        ("content", pa.string()),
        ("mask", pa.bool_()),
        ("tool_calls", pa.list_(call)),
    ]
)
schema = pa.schema([("id", pa.int64()), ("note", pa.string()), ("messages", pa.list_(message)), ("texts", pa.list_(pa.string()))])

VARIANTS = {
    "plain-v1": dict(use_dictionary=False, data_page_version="1.0", compression="zstd"),
    "dictionary-v2": dict(use_dictionary=True, data_page_version="2.0", compression="snappy"),
    "small-pages": dict(use_dictionary=False, data_page_size=64, write_batch_size=8, compression="gzip"),
    "small-dictionary-pages": dict(use_dictionary=True, data_page_size=64, write_batch_size=8, data_page_version="2.0"),
    "indexed": dict(use_dictionary=True, write_page_index=True, data_page_size=256, write_batch_size=16),
    "checksums": dict(use_dictionary=False, write_page_checksum=True, compression="none"),
    "delta": dict(use_dictionary=False, column_encoding={"messages.list.element.content": "DELTA_BYTE_ARRAY"}),
}


def write(rows, folder):
    table = pa.Table.from_pylist(rows, schema=schema)
    for name, options in VARIANTS.items():
        pq.write_table(table, f"{folder}/{name}.parquet", row_group_size=40, **options)
    large = schema.set(2, pa.field("messages", pa.large_list(message)))
    pq.write_table(table.cast(large), f"{folder}/large-list.parquet", row_group_size=40)


if sys.argv[1] == "write":
    with open(sys.argv[2]) as file:
        write(json.load(file), sys.argv[3])
else:
    results = []
    for path in sys.argv[2:]:
        table = pq.read_table(path)
        for group in range(pq.ParquetFile(path).num_row_groups):
            pq.ParquetFile(path).read_row_group(group).validate(full=True)
        results.append({"type": str(table.schema.field("messages").type), "rows": table.to_pylist()})
    json.dump(results, sys.stdout)
