"""Writes JSON rows to Parquet in each physical shape: write_shapes.py ROWS.json OUT_FOLDER COLUMN[,COLUMN…] [cut]

With `cut`, the JSON texts of the last row end in the middle.
"""

import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq

source, folder, names = sys.argv[1:4]
columns = names.split(",")
cut = "cut" in sys.argv[4:]
rows = json.load(open(source, encoding="utf8"))
plain = (str, bool, int, float, type(None))
others = {
    key: [row.get(key) for row in rows]
    for key in rows[0]
    if key not in columns and all(isinstance(row.get(key), plain) for row in rows)
}


def write(kind, make):
    # values of several types in one field: no Parquet file can hold such a struct
    try:
        arrays = {column: make([row[column] for row in rows]) for column in columns}
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return
    pq.write_table(pa.table({**others, **arrays}), f"{folder}/{kind}.parquet", row_group_size=3)


def ended(texts):
    return [*texts[:-1], texts[-1][: len(texts[-1]) // 2]] if cut else texts


def parallel(steps):
    names = sorted({name for one in steps for step in one for name in step})
    return pa.array([{name: [step.get(name) for step in one] for name in names} for one in steps])


def texts(steps):
    return ended([json.dumps(one, ensure_ascii=index % 2 == 0) for index, one in enumerate(steps)])


def as_json(array):
    return pa.ExtensionArray.from_storage(pa.json_(), array)


def listed(steps, wrap=lambda array: array):
    flat = pa.array(ended([json.dumps(step) for one in steps for step in one]), type=pa.string())
    offsets = [sum(len(one) for one in steps[:index]) for index in range(len(steps) + 1)]
    return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), wrap(flat))


write("struct", pa.array)
write("lists", parallel)
write("json-text", lambda steps: pa.array(texts(steps), type=pa.string()))
write("json-large-text", lambda steps: pa.array(texts(steps), type=pa.large_string()))
write("json-type", lambda steps: as_json(pa.array(texts(steps), type=pa.string())))
write("list-of-text", listed)
write("list-of-json", lambda steps: listed(steps, as_json))
