"""Compares spliced files with what they were cut from: compare.py PLAN.json

PLAN: [{"input": path, "outputs": [path], "rows": [[row numbers of each output]]}]. Reads with pyarrow and DuckDB.
Prints one line a mistake, then how many cases each of them could read.
"""
import json, math, sys
import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq

try:
    import duckdb
except ImportError:
    duckdb = None

OURS = ["trajsieve_row", "trajsieve_tags"]


def mistake(path, what):
    print(f"{path}: {what}")


def same(a, b):
    if a.equals(b):
        return True
    return repr(a.to_pylist()) == repr(b.to_pylist())  # NaN equals itself here


def statistics(path, table):
    """Flat columns whose minimum, maximum or null count is not what the values say."""
    wrong = {}
    first = 0
    metadata = pq.ParquetFile(path).metadata
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        part = table.slice(first, group.num_rows)
        first += group.num_rows
        for c in range(group.num_columns):
            chunk = group.column(c)
            s = chunk.statistics
            if s is None or "." in chunk.path_in_schema or chunk.path_in_schema not in table.column_names:
                continue
            values = part.column(chunk.path_in_schema)
            if s.has_null_count and s.null_count != values.null_count:
                wrong[chunk.path_in_schema] = f"group {g}: null count {s.null_count}, is {values.null_count}"
            kind = values.type
            if not s.has_min_max or not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_string(kind) or pa.types.is_date(kind)):
                continue
            present = [v for v in values.to_pylist() if v is not None and not (isinstance(v, float) and math.isnan(v))]
            key = (lambda v: v.encode()) if pa.types.is_string(kind) else None
            if present and (s.min != min(present, key=key) or s.max != max(present, key=key)):
                wrong[chunk.path_in_schema] = f"group {g}: {s.min!r}..{s.max!r}"
    return wrong


def arrow(case, source):
    before = pq.ParquetFile(case["input"]).metadata.metadata or {}
    doubtful = statistics(case["input"], source)  # wrong or shortened by their writer
    for path, rows in zip(case["outputs"], case["rows"]):
        try:
            table = pq.read_table(path)
        except Exception as error:
            mistake(path, f"pyarrow cannot read it: {error}")
            continue
        if table.column("trajsieve_row").to_pylist() != rows:
            mistake(path, "other rows than planned")
            continue
        tags = [[] if row % 3 == 0 else [{"name": f"tag {row}", "step": row % 5}] for row in rows]
        if table.column("trajsieve_tags").to_pylist() != tags:
            mistake(path, "own nested column differs")
        if table.column_names[-2:] != OURS:
            mistake(path, f"columns {table.column_names}")
        inner = table.drop_columns(OURS)
        for a, b in zip(inner.schema, source.schema, strict=True):
            if a != b:
                mistake(path, f"type {a} was {b}")
        wanted = chosen(source, rows)
        for name in source.column_names:
            if not same(inner.column(name), wanted.column(name)):
                mistake(path, f"values of {name} differ")
        after = pq.ParquetFile(path).metadata.metadata or {}
        for key, value in before.items():
            if key != b"ARROW:schema" and after.get(key) != value:
                mistake(path, f"metadata {key} is {after.get(key)}")
        for name, what in statistics(path, table).items():
            if name not in doubtful:
                mistake(path, f"statistics of {name}: {what}")


def chosen(source, rows):
    """The rows; as slices of neighbours where `take` does not know a type."""
    try:
        return source.take(pa.array(rows, pa.int64()))
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        pass
    parts, start = [source.slice(0, 0)], 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i] != rows[i - 1] + 1:
            parts.append(source.slice(rows[start], i - start))
            start = i
    return pa.concat_tables(parts)


def duck(case, first):
    for path, rows in zip(case["outputs"], case["rows"]):
        second = connection.sql(f"SELECT * EXCLUDE ({', '.join(OURS)}) FROM '{path}'").fetchall()
        if repr(second) != repr([first[row] for row in rows]):
            mistake(path, "DuckDB reads other values")


arrows = ducks = 0
# with one thread, rows come in the order of the file
connection = duckdb.connect(config={"threads": 1}) if duckdb else None
for case in json.load(open(sys.argv[1])):
    try:
        source = pq.read_table(case["input"])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError):
        source = None
    if source is not None:
        arrow(case, source)
        arrows += 1
    if duckdb is None:
        continue
    try:
        rows = connection.sql(f"SELECT * FROM '{case['input']}'").fetchall()
    except duckdb.Error:
        continue
    duck(case, rows)
    ducks += 1
print(json.dumps({"pyarrow": arrows, "duckdb": ducks}))
