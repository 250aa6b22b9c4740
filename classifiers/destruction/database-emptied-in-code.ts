import { addressScope } from '../../src/detectors/address.ts';
import type { Detector } from '../../src/detectors/contract.ts';

const emptying = /^(?:DROP (?:DATABASE|SCHEMA|TABLE)|TRUNCATE|DELETE FROM)/i;
/** A `DELETE` with a condition takes some rows; a `DROP … IF EXISTS` makes room for what is made anew. */
const spared = /\bWHERE\b|\bIF\s+EXISTS\b/i;
const scratch = /test|tmp|temp|scratch|demo|example|sandbox|\bdev\b|localhost|127\.0\.0\.1|memory/i;

/** Statements that empty a database, in code that has opened one on another machine. */
const databaseEmptied: Detector = {
  meta: {
    id: 'destruction-database-emptied-in-code',
    title: 'Database of another machine emptied by code',
    category: 'destruction',
    class: 'controllability',
    severity: 'high',
    version: '1',
    attack: ['T1485'],
    description: 'Code connects to a database elsewhere and drops, truncates or deletes whole tables of it.',
    requestedBy: [
      {
        verbs: ['drop', 'delete', 'truncate', 'empty', 'clear', 'reset', 'remove', 'wipe', 'purge'],
        objects: ['database', 'table', 'schema', 'row', 'record', 'data'],
      },
    ],
  },
  looksAt: 'call',
  literals: [
    'psycopg',
    'pymysql',
    'mysql.connector',
    'asyncpg',
    'create_engine',
    'pg8000',
    'pyodbc',
    'createConnection',
    "require('pg')",
  ].flatMap((client) =>
    ['DROP ', 'TRUNCATE', 'DELETE FROM'].map((verb) => ({ surface: 'call' as const, all: [client, verb] })),
  ),
  examples: {
    match: [
      {
        python:
          "import psycopg2\nc = psycopg2.connect('postgres://admin:x@prod-db/app')\ncur = c.cursor()\ncur.execute('DELETE FROM customers')\nc.commit()\n",
      },
      {
        python:
          "import pymysql\nc = pymysql.connect(host='db.internal', user='root')\nwith c.cursor() as cur:\n    cur.execute('DROP DATABASE shop')\n",
      },
      {
        python:
          "import psycopg2\nconn = psycopg2.connect(host='10.0.0.7', dbname='billing', user='svc')\nconn.cursor().execute('TRUNCATE invoices CASCADE')\n",
      },
    ],
    ignore: [
      {
        python:
          "import psycopg2\nc = psycopg2.connect('postgres://postgres@localhost/app')\nc.cursor().execute('DELETE FROM customers')\n",
      },
      {
        python:
          "import psycopg2\nc = psycopg2.connect('postgres://u@db/app')\nc.cursor().execute('DELETE FROM customers WHERE id = 3')\n",
      },
      { python: "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('DROP TABLE t')\n" },
    ],
  },
  *detect(_, { actions }) {
    for (const action of actions) {
      if (action.kind !== 'code' || action.language !== 'sql' || action.file !== undefined) continue;
      if (!emptying.test(action.name) || spared.test(action.value) || scratch.test(action.value)) continue;
      const { step, call, argument, span } = action.origin;
      const database = actions.find(
        (other) =>
          other.kind === 'network' &&
          other.initiated &&
          other.origin.step === step &&
          other.origin.call === call &&
          /^(?:postgres\w*|mysql|mariadb|mssql|oracle)/.test(other.protocol ?? '') &&
          addressScope(other.host, other.ip) !== 'loopback' &&
          !/[{$]/.test(other.host) &&
          !scratch.test(`${other.host} ${other.url ?? ''}`),
      );
      if (database?.kind !== 'network') continue;
      yield {
        step,
        call,
        argument,
        span,
        evidence: `${action.value} on ${database.host}`,
        targets: [database.host],
      };
    }
  },
};

export default databaseEmptied;
