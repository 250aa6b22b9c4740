import type { Action, CodeAction } from '../../src/actions/index.ts';
import { addressScope } from '../../src/detectors/address.ts';
import type { Detector } from '../../src/detectors/contract.ts';

const emptying = /^(?:DROP (?:DATABASE|SCHEMA|TABLE)|TRUNCATE|DELETE FROM)/i;
/** A `DELETE` with a condition takes some rows; a `DROP … IF EXISTS` makes room for what is made anew. */
const spared = /\bWHERE\b|\bIF\s+EXISTS\b/i;
const scratch = /test|tmp|temp|scratch|demo|example|sandbox|\bdev\b|localhost|127\.0\.0\.1|memory/i;

/** Calls of clients by which whole databases go. */
const droppingCall = /\.(?:drop_database|dropDatabase|flushall|flushAll|delete_index|drop_all)$/;
/** What an ORM is given as a text. */
const textCall = /(?:^|\.)text$/;
const textStatement = /^\s*\w?["']+\s*(?:DROP (?:DATABASE|SCHEMA|TABLE)|TRUNCATE|DELETE FROM)\b/i;

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
    ...[
      'psycopg',
      'pymysql',
      'mysql.connector',
      'asyncpg',
      'create_engine',
      'pg8000',
      'pyodbc',
      'createConnection',
    ].flatMap((client) =>
      ['DROP ', 'TRUNCATE', 'DELETE FROM'].map((verb) => ({ surface: 'call' as const, all: [client, verb] })),
    ),
    ...['drop_database', 'dropDatabase', 'flushall', 'drop_all'].map((name) => ({
      surface: 'call' as const,
      all: [name],
    })),
  ],
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
      {
        python:
          "from pymongo import MongoClient\nc = MongoClient('mongodb://prod-mongo:27017')\nfor d in c.list_database_names():\n    c.drop_database(d)\n",
      },
      { python: "import redis\nredis.Redis(host='cache.internal').flushall()\n" },
      {
        python:
          "from sqlalchemy import create_engine, text\ne = create_engine('postgresql://admin:pw@prod-db.internal/app')\nwith e.begin() as c:\n    c.execute(text('DROP SCHEMA public CASCADE'))\n",
      },
    ],
    ignore: [
      { python: "import redis\nredis.Redis(host='localhost').flushall()\n" },
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
      if (action.kind !== 'code' || action.file !== undefined || !empties(action)) continue;
      if (spared.test(action.value) || scratch.test(action.value)) continue;
      const { step, call, argument, span } = action.origin;
      const database = actions.find(
        (other) =>
          other.kind === 'network' &&
          other.initiated &&
          other.origin.step === step &&
          other.origin.call === call &&
          /^(?:postgres\w*|mysql|mariadb|mssql|oracle|mongodb|redis)/.test(other.protocol ?? '') &&
          addressScope(other.host, other.ip) !== 'loopback' &&
          !/[{$]/.test(other.host) &&
          !scratch.test(`${other.host} ${other.url ?? ''}`),
      );
      const place = database?.kind === 'network' ? database.host : urlGiven(action, actions);
      if (place === undefined) continue;
      yield {
        step,
        call,
        argument,
        span,
        evidence: `${action.value || action.name} on ${place}`,
        targets: [place],
      };
    }
  },
};

function empties({ language, name, value }: CodeAction): boolean {
  if (language === 'sql') return emptying.test(name);
  return droppingCall.test(name) || (textCall.test(name) && textStatement.test(value));
}

/** The host in the address that an ORM is given. */
function urlGiven({ origin }: CodeAction, actions: readonly Action[]): string | undefined {
  for (const other of actions) {
    if (other.kind !== 'code' || other.origin.step !== origin.step || other.origin.call !== origin.call)
      continue;
    if (!other.name.endsWith('create_engine') || scratch.test(other.value)) continue;
    const host = /:\/\/(?:[^@/\s]*@)?([\w.-]+\.[\w.-]+|[\w-]*prod[\w-]*)[:/]/.exec(other.value)?.[1];
    if (host !== undefined) return host;
  }
  return undefined;
}

export default databaseEmptied;
