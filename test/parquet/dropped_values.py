"""dropped_values.py write FOLDER | read PLAN.json

write: files whose rows 30..69 hold values that no other row holds, beside values that both have.
read: PLAN is [{"input": path, "output": path, "rows": [kept rows]}]. Prints a line for each mistake: values that differ, and
values of the dropped rows that pyarrow still finds in a dictionary.
"""
import json, sys
import pyarrow as pa, pyarrow.parquet as pq

ROWS = 400
GONE = range(30, 70)


def text(row, name):
    return f"planted-{name}-{row % 7}" if row in GONE and row % 3 else f"{name} {row % 11}"


def table():
    rows = range(ROWS)
    messages = [[{"role": text(row, "role"), "content": None if at == 1 else text(row, f"content{at}")} for at in range(row % 4)] for row in rows]
    return pa.table({
        "text": pa.array([None if row % 5 == 0 else text(row, "text") for row in rows]),
        "only_gone": pa.array([text(row, "only") if row in GONE else None for row in rows]),
        "view": pa.array([text(row, "view") for row in rows], pa.string_view()),
        "fixed": pa.array([b"planted!" if row in GONE else b"ordinary" for row in rows], pa.binary(8)),
        "number": pa.array([0x706C616E746564 if row in GONE else row % 3 for row in rows], pa.int64()),
        "categories": pa.array([text(row, "category") for row in rows]).dictionary_encode(),
        # falls back to plain pages when the dictionary is full
        "long": pa.array([f"{text(row, 'long')} {row} {'x' * 40}" for row in rows]),
        "messages": pa.array(messages),
    })


def write(folder):
    base = dict(row_group_size=150, data_page_size=256, dictionary_pagesize_limit=4096, write_batch_size=16)
    kinds = {
        "plain-v1": dict(compression="none", write_page_index=True, write_page_checksum=True),
        "plain-v2": dict(compression="none", data_page_version="2.0", write_statistics=False),
        "snappy-v1": dict(compression="snappy", write_page_index=True),
        "zstd-v1": dict(compression="zstd", write_page_checksum=True),
        "zstd-v2": dict(compression="zstd", data_page_version="2.0", write_page_index=True),
        "gzip-v1": dict(compression="gzip"),
    }
    for name, options in kinds.items():
        pq.write_table(table(), f"{folder}/{name}.parquet", **base, **options)
    try:
        import duckdb
    except ImportError:
        return
    source = table().drop_columns(["categories"])
    source = source.set_column(source.column_names.index("view"), "view", source["view"].cast(pa.string()))
    duckdb.sql(f"COPY (FROM source) TO '{folder}/bloom.parquet' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 2048)")


def read(plan):
    for case in json.load(open(plan)):
        output, rows = case["output"], case["rows"]
        before = pq.read_table(case["input"])
        flat = [name for name in before.column_names if name in ("text", "only_gone", "long")]
        dictionaries = pq.read_table(output, columns=flat, read_dictionary=flat)
        after = pq.read_table(output)
        for name in before.column_names:
            all_values = before[name].to_pylist()
            values = [all_values[row] for row in rows]
            if values != after[name].to_pylist():
                print(f"{output}: values of {name} differ")
            if name not in flat:
                continue
            if values != dictionaries[name].to_pylist():
                print(f"{output}: values of {name} differ when they are read as a dictionary")
            for chunk in dictionaries[name].chunks:
                for value in chunk.dictionary.to_pylist():
                    if "planted" in (value or ""):
                        print(f"{output}: {name} has {value!r} in its dictionary")


write(sys.argv[2]) if sys.argv[1] == "write" else read(sys.argv[2])
