import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Plan } from '../pipeline/plan.ts';
import type { Report } from '../pipeline/report.ts';
import { isRemote } from '../remote/location.ts';
import { version } from '../version.ts';
import type { RunEnd } from './metrics.ts';

const producer = `https://www.npmjs.com/package/trajsieve/v/${version}`;
const schema = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

/** Inputs that an event names; a run over more names the first of them. */
const mostInputs = 1000;

/**
 * The events of one run as OpenLineage 2-0-2 has them: START when the plan stands, and COMPLETE, FAIL or ABORT at the
 * end. https://openlineage.io/docs/spec/object-model
 */
export class Lineage {
  readonly #runId = randomUUID();
  readonly #out: string;
  #plan: Plan | undefined;

  /** @param out folder of the run: the job goes by its name */
  constructor(out: string) {
    this.#out = out;
  }

  start(plan: Plan, at: Date): unknown {
    this.#plan = plan;
    return this.#event('START', at, undefined, []);
  }

  end(report: Report | undefined, status: RunEnd['status'], at: Date): unknown {
    const type =
      status === 'interrupted' ? 'ABORT' : report === undefined || status === 'failed' ? 'FAIL' : 'COMPLETE';
    return this.#event(type, at, report, report === undefined ? [] : this.#outputs(report));
  }

  #event(eventType: string, at: Date, report: Report | undefined, outputs: readonly unknown[]): unknown {
    const facet = (name: string, schemaName: string, values: object) => ({
      [name]: {
        _producer: producer,
        _schemaURL: `https://openlineage.io/spec/facets/${schemaName}`,
        ...values,
      },
    });
    const inputs = (this.#plan?.files ?? []).slice(0, mostInputs).map(({ file, rows, bytes }) => ({
      ...dataset(file),
      inputFacets: facet(
        'inputStatistics',
        '1-0-0/InputStatisticsInputDatasetFacet.json#/$defs/InputStatisticsInputDatasetFacet',
        {
          ...(rows === null ? {} : { rowCount: rows }),
          size: bytes,
          fileCount: 1,
        },
      ),
    }));
    return {
      eventType,
      eventTime: at.toISOString(),
      producer,
      schemaURL: schema,
      run: {
        runId: this.#runId,
        facets: {
          ...facet(
            'processing_engine',
            '1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet',
            {
              name: 'trajsieve',
              version,
            },
          ),
          ...(report === undefined ? {} : ownFacet(report)),
        },
      },
      job: {
        namespace: 'trajsieve',
        name: basename(resolve(this.#out)),
        facets: facet('jobType', '2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet', {
          processingType: 'BATCH',
          integration: 'TRAJSIEVE',
          jobType: 'JOB',
        }),
      },
      inputs,
      outputs,
    };
  }

  #outputs({ rows, tally }: Report): unknown[] {
    const parts = [
      ['data', rows.kept],
      ['quarantine', rows.quarantined],
      ['findings', tally.findings],
    ] as const;
    return parts.map(([name, rowCount]) => ({
      ...dataset(`${resolve(this.#out)}/${name}`),
      outputFacets: {
        outputStatistics: {
          _producer: producer,
          _schemaURL:
            'https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet',
          rowCount,
        },
      },
    }));
  }
}

/** The account of a run, as a facet of our own: the specification asks for a prefix, and for a schema that it fits. */
function ownFacet({ rows, tally, config }: Report): object {
  return {
    trajsieve_account: {
      _producer: producer,
      _schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet',
      rows,
      verdicts: tally.verdicts,
      findings: tally.findings,
      fingerprints: config.fingerprints,
    },
  };
}

/** A file by OpenLineage's naming rules. https://openlineage.io/docs/spec/naming */
function dataset(file: string): { namespace: string; name: string } {
  if (!isRemote(file)) return { namespace: 'file', name: resolve(file) };
  const url = new URL(file);
  return { namespace: `${url.protocol}//${url.host}`, name: url.pathname.slice(1) };
}
