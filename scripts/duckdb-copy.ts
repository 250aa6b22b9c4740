/** Copies a Parquet file with DuckDB: `duckdb-copy.js INPUT OUTPUT CODEC THREADS`. The yardstick of the benchmark. */
import { DuckDBInstance } from '@duckdb/node-api';

const [input, output, codec, threads] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: threads! });
const connection = await instance.connect();
await connection.run(`COPY (SELECT * FROM '${input}') TO '${output}' (FORMAT parquet, COMPRESSION ${codec})`);
