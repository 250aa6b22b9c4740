import type { Action, ProcessAction } from '../actions/index.ts';
import type { FieldValue, SigmaEvent } from '../sigma/index.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import { addressScope } from './address.ts';

/** An event with where it came from. */
export interface TracedEvent {
  readonly event: SigmaEvent;
  readonly step: Step;
  /** index of the tool call in its step */
  readonly call?: number;
  readonly argument: string;
  readonly span: readonly [start: number, end: number];
  readonly via: readonly string[];
  /** what happened, in a line: a command, a path, an address, a text */
  readonly summary: string;
  /** the action behind it, where there is one */
  readonly action?: Action;
}

type Fields = Record<string, FieldValue>;

/** Fields without a value are left out: a rule must not match on what is not known. */
function fieldsOf(fields: Readonly<Record<string, FieldValue | undefined>>): Fields {
  const known: Fields = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) known[name] = value;
  return known;
}

/** The log events of actions: what Sigma rules see of a tool call. */
export function eventsOfActions(trajectory: Trajectory, actions: readonly Action[]): TracedEvent[] {
  const stepOf = new Map(trajectory.steps.map((step) => [step.index, step]));
  return actions.flatMap((action) => {
    const step = stepOf.get(action.origin.step);
    if (step === undefined) return [];
    const { call, argument, span, via } = action.origin;
    const toolName = step.toolCalls[call]?.name;
    const shared = { step, call, argument, span, via, action };
    return describe(action, actions).map(({ category, product, fields, summary }) => ({
      ...shared,
      summary,
      event: eventAt(step, product ?? 'linux', category, {
        ...fields,
        Via: via.length > 0 ? via : undefined,
        ToolName: toolName,
      }),
    }));
  });
}

function eventAt(
  step: Step,
  product: string,
  category: string,
  fields: Readonly<Record<string, FieldValue | undefined>>,
): SigmaEvent {
  const time = step.startTime ?? step.endTime;
  return {
    product,
    category,
    fields: fieldsOf(fields),
    step: step.index,
    ...(time === undefined ? {} : { time }),
  };
}

interface Description {
  readonly category: string;
  readonly product?: string;
  readonly fields: Readonly<Record<string, FieldValue | undefined>>;
  readonly summary: string;
}

function describe(action: Action, all: readonly Action[]): Description[] {
  const process = processOf(action.parent, all);
  const doer = { Image: process?.image, CommandLine: process?.commandLine, User: process?.user };
  switch (action.kind) {
    case 'process':
      return [
        { category: 'process_creation', fields: processFields(action, all), summary: action.commandLine },
      ];
    case 'file':
      return [describeFile(action, doer)];
    case 'network': {
      const { host, ip, port, url } = action;
      const place = url ?? (port === undefined ? host : `${host}:${port}`);
      return [
        {
          category: 'network_connection',
          summary: process === undefined ? place : process.commandLine,
          fields: {
            ...doer,
            DestinationIp: ip,
            DestinationHostname: host === ip ? undefined : host,
            DestinationPort: port,
            DestinationScope: addressScope(host, ip),
            Initiated: action.initiated ? 'true' : 'false',
            Protocol: action.protocol,
            Url: url,
            Method: action.method,
            Payload: action.payload,
            Forward: action.forward,
          },
        },
      ];
    }
    case 'dns':
      return [
        {
          category: 'dns_query',
          fields: { QueryName: action.query, Image: doer.Image },
          summary: `lookup of ${action.query}`,
        },
      ];
    case 'code':
      return [
        {
          category: 'code',
          product: 'agent',
          summary: `${action.name} ${action.value}`,
          fields: {
            Language: action.language,
            Construct: action.construct,
            Name: action.name,
            Value: action.value,
            Executed: action.file === undefined ? 'true' : 'false',
            TargetFilename: action.file,
            Downloaded: action.downloaded,
          },
        },
      ];
  }
}

function processFields(action: ProcessAction, all: readonly Action[]): Description['fields'] {
  const parent = processOf(action.parent, all);
  const piped = processOf(action.pipedFrom, all);
  const environment = Object.entries(action.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    Image: action.image,
    CommandLine: action.commandLine,
    ParentImage: parent?.image,
    ParentCommandLine: parent?.commandLine,
    CurrentDirectory: action.directory,
    User: action.user,
    Arguments: action.argv,
    PipedFrom: piped?.commandLine,
    PipedFromImage: piped?.image,
    Input: action.input,
    Background: action.background === true ? 'true' : undefined,
    Remote: action.remote,
    Downloaded: action.downloaded,
    Connected: action.connected,
    Loop: action.loop,
    Environment: environment.length > 0 ? environment : undefined,
  };
}

const fileCategories = {
  create: 'file_event',
  append: 'file_event',
  read: 'file_access',
  delete: 'file_delete',
  rename: 'file_rename',
  permission: 'file_change',
} as const;

function describeFile(action: Extract<Action, { kind: 'file' }>, doer: Description['fields']): Description {
  const { operation, path, target, content, mode } = action;
  const category = fileCategories[operation];
  const isRename = operation === 'rename';
  return {
    category,
    summary: doer['CommandLine'] === undefined ? `${operation} ${path}` : String(doer['CommandLine']),
    fields: {
      ...doer,
      TargetFilename: isRename ? (target ?? path) : path,
      SourceFilename: isRename ? path : undefined,
      LinkTarget: operation === 'create' ? target : undefined,
      Appended: operation === 'append' ? 'true' : undefined,
      Contents: content,
      Mode: mode,
    },
  };
}

function processOf(index: number | undefined, all: readonly Action[]): ProcessAction | undefined {
  const action = index === undefined ? undefined : all[index];
  return action?.kind === 'process' ? action : undefined;
}

/** What only agents have: the calls, what was said, and what came back, of one step. */
export function eventsOfStep(step: Step): TracedEvent[] {
  const events: TracedEvent[] = [];
  const add = (
    category: string,
    fields: Description['fields'],
    text: string,
    place: { call?: number; argument: string },
  ) => {
    const event = eventAt(step, 'agent', category, fields);
    events.push({ event, step, span: [0, text.length], via: [], summary: text, ...place });
  };
  for (const call of step.toolCalls) {
    const fields = { ToolName: call.name, Arguments: call.arguments };
    add('tool_call', fields, call.arguments, { call: call.index, argument: '' });
  }
  if (step.text !== '' || step.reasoning !== undefined) {
    add('message', { Role: step.role, Text: step.text, Reasoning: step.reasoning }, step.text, {
      argument: '',
    });
  }
  for (const { text, name, exitCode } of step.observations) {
    add('observation', { Text: text, ToolName: name, ExitCode: exitCode }, text, { argument: '' });
  }
  return events;
}
