"""Writes Parquet files in all shapes with pyarrow and DuckDB: write_samples.py FOLDER"""
import decimal, datetime as dt, random, sys, os, uuid
import pyarrow as pa, pyarrow.parquet as pq

folder = sys.argv[1]
rnd = random.Random(7)
words = ["cd", "grep -n", "sed", "the", "naïve", "日本語", "🙂", "", "x" * 300]


def text():
    return " ".join(rnd.choice(words) for _ in range(rnd.randrange(12)))


def maybe(f, p=0.15):
    return None if rnd.random() < p else f()


def messages():
    def call():
        return {"id": maybe(text), "function": {"name": rnd.choice(["bash", "python"]), "arguments": maybe(text)}}
    def message():
        return {"role": rnd.choice(["user", "assistant", "tool"]), "content": maybe(text),
                "tool_calls": maybe(lambda: [maybe(call, .1) for _ in range(rnd.randrange(3))], .5)}
    return [maybe(message, .05) for _ in range(rnd.randrange(9))]


n = 400
call_type = pa.struct([("id", pa.string()), ("function", pa.struct([("name", pa.string()), ("arguments", pa.string())]))])
message_type = pa.struct([("role", pa.string()), ("content", pa.string()), ("tool_calls", pa.list_(call_type))])
utc = dt.timezone.utc


def array(values, type):
    return pa.array(values, type)


def column(f, type, p=0.15):
    return array([maybe(f, p) for _ in range(n)], type)


def json_list():
    """A list whose elements are JSON texts, as Hugging Face's List(Json()) is stored."""
    lists = array([['{"role":"user"}', '"x"'] * rnd.randrange(3) for _ in range(n)], pa.list_(pa.string()))
    return pa.ListArray.from_arrays(lists.offsets, pa.ExtensionArray.from_storage(pa.json_(pa.string()), lists.values))


moment = lambda: dt.datetime(2026, 1, 1) + dt.timedelta(seconds=rnd.randrange(10**7), microseconds=rnd.randrange(10**6))
table = pa.table({
    "id": array([f"row-{i:05d}" for i in range(n)], pa.string()),
    "messages": array([maybe(messages, .05) for _ in range(n)], pa.list_(message_type)),
    "large": column(text, pa.large_string()),
    "view": column(text, pa.string_view()),
    "binary": column(lambda: rnd.randbytes(rnd.randrange(20)), pa.binary()),
    "large_binary": column(lambda: rnd.randbytes(rnd.randrange(20)), pa.large_binary()),
    "fixed": column(lambda: rnd.randbytes(7), pa.binary(7)),
    "dictionary": pa.array([maybe(lambda: rnd.choice(["red", "green", "blue"])) for _ in range(n)]).dictionary_encode(),
    "i8": column(lambda: rnd.randrange(-128, 128), pa.int8()),
    "u8": column(lambda: rnd.randrange(256), pa.uint8()),
    "i16": column(lambda: rnd.randrange(-2**15, 2**15), pa.int16()),
    "u32": column(lambda: rnd.randrange(2**32), pa.uint32()),
    "i32": array([rnd.randrange(-2**31, 2**31) for _ in range(n)], pa.int32()),
    "i64": column(lambda: rnd.randrange(-2**63, 2**63), pa.int64()),
    "u64": column(lambda: rnd.randrange(2**64), pa.uint64()),
    "f16": array([maybe(lambda: rnd.random()) for _ in range(n)], pa.float32()).cast(pa.float16()),
    "f32": column(lambda: rnd.choice([0.0, -0.0, 1.5, -2.25]), pa.float32()),
    "f64": column(lambda: rnd.choice([float("nan"), float("inf"), rnd.random()]), pa.float64()),
    "yes": column(lambda: rnd.random() < .5, pa.bool_()),
    "decimal": column(lambda: decimal.Decimal(rnd.randrange(-10**9, 10**9)).scaleb(-2), pa.decimal128(18, 2)),
    "wide": column(lambda: decimal.Decimal(rnd.randrange(10**30)).scaleb(-4), pa.decimal256(50, 4)),
    "day": column(lambda: dt.date(2020, 1, 1) + dt.timedelta(days=rnd.randrange(2000)), pa.date32()),
    "clock": column(lambda: dt.time(rnd.randrange(24), rnd.randrange(60)), pa.time64("us")),
    "seconds": column(lambda: moment().replace(microsecond=0), pa.timestamp("s")),
    "millis": column(lambda: moment().replace(microsecond=0), pa.timestamp("ms", tz="Asia/Shanghai")),
    "nanos": column(moment, pa.timestamp("ns", tz="UTC")),
    "span": column(lambda: dt.timedelta(seconds=rnd.randrange(1000)), pa.duration("s")),
    "numbers": column(lambda: [maybe(lambda: rnd.randrange(100)) for _ in range(rnd.randrange(5))], pa.list_(pa.int32())),
    "large_list": column(lambda: [text() for _ in range(rnd.randrange(4))], pa.large_list(pa.string())),
    "pair": column(lambda: [rnd.random(), rnd.random()], pa.list_(pa.float64(), 2)),
    "deep": column(lambda: [[[rnd.randrange(9)] * rnd.randrange(3)] * rnd.randrange(3) for _ in range(rnd.randrange(3))],
                   pa.list_(pa.list_(pa.list_(pa.int64())))),
    "map": column(lambda: [(text() + str(i), maybe(lambda: rnd.randrange(9))) for i in range(rnd.randrange(3))],
                  pa.map_(pa.string(), pa.int32())),
    "nothing": pa.nulls(n),
    "empty_lists": array([[] for _ in range(n)], pa.list_(pa.string())),
    "json": pa.ExtensionArray.from_storage(pa.json_(pa.string()), column(lambda: '{"a": [1, "x"]}', pa.string())),
    "json_list": json_list(),
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), array([uuid.UUID(int=rnd.getrandbits(128)).bytes for _ in range(n)], pa.binary(16))),
})
table = table.replace_schema_metadata({"huggingface": '{"info": {"features": {}}}', "note": "kept ✓"})


def write(name, t=table, **options):
    options = {"row_group_size": 150, "data_page_size": 2000, **options}
    pq.write_table(t, os.path.join(folder, f"pyarrow-{name}.parquet"), **options)


for codec in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
    for version in ["1.0", "2.0"]:
        write(f"{codec}-v{version[0]}", compression=codec, data_page_version=version)
        write(f"{codec}-v{version[0]}-plain", compression=codec, data_page_version=version, use_dictionary=False)
write("index", compression="zstd", write_page_index=True, write_page_checksum=True)
write("index-v2", compression="snappy", write_page_index=True, data_page_version="2.0", write_page_checksum=True)
write("one-group", row_group_size=n, data_page_size=1 << 20, write_page_index=True)
write("tiny-pages", data_page_size=1, write_batch_size=3)
write("tiny-pages-v2", data_page_size=1, write_batch_size=3, data_page_version="2.0", write_page_index=True)
write("no-arrow-schema", store_schema=False)
write("no-statistics", write_statistics=False)
write("chunked", use_content_defined_chunking=True, write_page_index=True)
write("sorted", sorting_columns=[pq.SortingColumn(0)])
write("format-1", version="1.0")
flat = table.select(["id", "i32", "i64", "f32", "f64", "fixed", "binary", "large", "yes"])
write("delta", flat, use_dictionary=False, column_encoding={
    "id": "DELTA_BYTE_ARRAY", "i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "f32": "BYTE_STREAM_SPLIT",
    "f64": "BYTE_STREAM_SPLIT", "fixed": "DELTA_BYTE_ARRAY", "binary": "DELTA_LENGTH_BYTE_ARRAY",
    "large": "DELTA_BYTE_ARRAY", "yes": "RLE"}, data_page_version="2.0")
write("delta-v1", flat, use_dictionary=False, column_encoding={
    "id": "DELTA_LENGTH_BYTE_ARRAY", "i32": "BYTE_STREAM_SPLIT", "i64": "BYTE_STREAM_SPLIT", "fixed": "BYTE_STREAM_SPLIT",
    "large": "DELTA_BYTE_ARRAY"})
write("empty", table.slice(0, 0))
write("long-texts", pa.table({"id": ["a%03d" % i for i in range(60)],
                              "text": [("é" * 50 + "y" * (i * 997)) if i % 7 else None for i in range(60)]}),
      write_page_index=True, use_dictionary=False, row_group_size=60)

try:
    import duckdb
except ImportError:
    sys.exit()
plain = table.drop_columns(["view", "f16", "nothing", "json", "json_list", "uuid", "wide", "span", "dictionary", "large_list", "pair"])
for name, options in {"zstd": "COMPRESSION zstd", "snappy": "COMPRESSION snappy, ROW_GROUP_SIZE 2048",
                      "v2": "COMPRESSION zstd, PARQUET_VERSION v2", "lz4": "COMPRESSION lz4_raw", "brotli": "COMPRESSION brotli"}.items():
    duckdb.sql(f"COPY plain TO '{folder}/duckdb-{name}.parquet' (FORMAT parquet, {options})")
