import type { Taxonomy } from '../sigma/index.ts';

/**
 * The events that rules see, and their fields. The first four are Sigma's own log sources, with the fields that
 * SigmaHQ's rules use (https://github.com/SigmaHQ/sigma-specification, appendix taxonomy); what follows a blank line is
 * ours. `product: agent` has the events that only agents have.
 */
const processFields = [
  'Image',
  'CommandLine',
  'ParentImage',
  'ParentCommandLine',
  'CurrentDirectory',
  'User',
  'LogonId',
  'OriginalFileName',
  'ProcessId',
  'ParentProcessId',
  'ProcessGuid',
  'ParentProcessGuid',
  'ParentUser',
  'IntegrityLevel',
  'Hashes',
  'Product',
  'Description',
  'Company',

  // words of the command, the program first
  'Arguments',
  // command line and image of the process whose output is piped into it
  'PipedFrom',
  'PipedFromImage',
  // literal text on its standard input
  'Input',
  // `true` where it is left running
  'Background',
  // host or container where it runs, when that is another one
  'Remote',
  // where what it runs was downloaded from
  'Downloaded',
  // `host:port` where its input or output is a network connection
  'Connected',
  // `endless` or `counted`
  'Loop',
  // `NAME=value`
  'Environment',
  // what had to be undone to see it
  'Via',
  'ToolName',
];

const fileFields = [
  'TargetFilename',
  'Image',
  'CommandLine',
  'User',
  'ProcessId',
  'Contents',
  'Via',
  'ToolName',
];

export const taxonomy: Taxonomy = {
  process_creation: { products: ['linux'], fields: processFields },
  file_event: { products: ['linux'], fields: [...fileFields, 'Appended', 'LinkTarget'] },
  file_access: { products: ['linux'], fields: fileFields },
  file_delete: { products: ['linux'], fields: fileFields },
  file_rename: { products: ['linux'], fields: [...fileFields, 'SourceFilename'] },
  file_change: { products: ['linux'], fields: [...fileFields, 'Mode'] },
  network_connection: {
    products: ['linux'],
    fields: [
      'DestinationIp',
      'DestinationHostname',
      'DestinationPort',
      'Initiated',
      'Protocol',
      'Image',
      'CommandLine',
      'User',
      'ProcessId',
      'SourceIp',
      'SourceHostname',
      'SourcePort',
      'DestinationIsIpv6',
      // loopback, link_local, private, reserved, public, or name where no address is known
      'DestinationScope',
      'Url',
      'Method',
      'Payload',
      // remote, local or dynamic
      'Forward',
      'Via',
      'ToolName',
    ],
  },
  dns_query: {
    products: ['linux'],
    fields: ['QueryName', 'Image', 'QueryResults', 'ProcessId', 'Via', 'ToolName'],
  },
  tool_call: { products: ['agent'], fields: ['ToolName', 'Arguments'] },
  message: { products: ['agent'], fields: ['Role', 'Text', 'Reasoning'] },
  observation: { products: ['agent'], fields: ['Text', 'ToolName', 'ExitCode'] },
  code: {
    products: ['agent'],
    fields: [
      'Language',
      'Construct',
      'Name',
      'Value',
      'Executed',
      'TargetFilename',
      'Downloaded',
      'Via',
      'ToolName',
    ],
  },
};
