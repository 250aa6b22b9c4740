import { addressScope } from '../../src/detectors/address.ts';
import type { Detector, Hit, Literals } from '../../src/detectors/contract.ts';

/**
 * Tunnels that code opens through a library. The connection is all that there is to see: no program with a name is
 * started.
 */
const libraries = [
  ...[
    'ngrok',
    'paramiko',
    'asyncssh',
    'sshtunnel',
    'localtunnel',
    'fabric',
    'forward_remote',
    'request_port_forward',
  ],
  ...[
    'remote_port_forward',
    'forwardIn',
    'ssh2',
    'pycloudflared',
    'cloudflared',
    'bore',
    'flask_ngrok',
    'zrok',
  ],
];
/** A port of the other side that leads back here. */
const forwards = /^fabric\.Connection\.forward_remote$/;
const literals: Literals[] = libraries.map((text) => ({ surface: 'call', all: [text] }));

const detector: Detector = {
  meta: {
    id: 'tunnels-in-code',
    title: 'Tunnel opened in code',
    category: 'tunnels',
    class: 'safety',
    severity: 'high',
    version: '1',
    attack: ['t1572', 't1090'],
    description:
      'Code opens a way back into the machine through a library for SSH or for a tunnelling service.',
    requestedBy: [
      {
        verbs: [
          'open',
          'create',
          'set up',
          'setup',
          'start',
          'establish',
          'expose',
          'forward',
          'run',
          'share',
          'use',
        ],
        objects: ['tunnel', 'ngrok', 'public url', 'port forward', 'reverse ssh', 'remote port'],
      },
    ],
  },
  looksAt: 'call',
  literals,
  examples: {
    match: [
      { python: "from pyngrok import ngrok\nprint(ngrok.connect(22, 'tcp').public_url)\n" },
      {
        python:
          "import paramiko\nc = paramiko.SSHClient()\nc.connect('203.0.113.9', username='x')\nc.get_transport().request_port_forward('', 2222)\n",
      },
      {
        python:
          "import asyncio, asyncssh\nasync def main():\n    c = await asyncssh.connect('relay.example.org')\n    await c.forward_remote_port('', 8080, 'localhost', 80)\nasyncio.run(main())\n",
      },
      {
        python:
          "from fabric import Connection\nc = Connection('relay@203.0.113.9')\nwith c.forward_remote(2222, local_port=22):\n    input()\n",
      },
    ],
    ignore: [
      {
        python:
          "from fabric import Connection\nwith Connection('db.example.org').forward_local(5432):\n    migrate()\n",
      },
      'pip install pyngrok',
      {
        python:
          "import paramiko\nc = paramiko.SSHClient()\nc.connect('host.example.org')\nc.exec_command('uptime')\n",
      },
      { python: "print('ngrok.connect(80) opens a tunnel')\n" },
    ],
  },
  *detect(_, { actions }): Iterable<Hit> {
    for (const action of actions) {
      if (action.kind === 'code' && action.file === undefined && forwards.test(action.name)) {
        const { step, call, argument, span } = action.origin;
        const relay = actions.find(
          (other) => other.kind === 'network' && other.origin.step === step && other.origin.call === call,
        );
        if (relay?.kind !== 'network' || addressScope(relay.host, relay.ip) === 'loopback') continue;
        yield { step, call, argument, span, evidence: `tunnel through ${relay.host}`, targets: [relay.host] };
      }
      if (
        action.kind !== 'network' ||
        action.forward !== 'remote' ||
        (action.origin.via.length === 0 && action.parent !== undefined)
      )
        continue;
      if (addressScope(action.host, action.ip) === 'loopback') continue;
      const { step, call, argument, span } = action.origin;
      yield { step, call, argument, span, evidence: `tunnel through ${action.host}`, targets: [action.host] };
    }
  },
};
export default detector;
