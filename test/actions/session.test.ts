import { describe, expect, it } from 'vitest';
import { actionsOf } from '../../src/actions/index.ts';
import {
  base64,
  bash,
  type Call,
  codes,
  commands,
  episode,
  fileOf,
  files,
  lineage,
  processOf,
  run,
} from './support.ts';

describe('Python that runs the code of a file', () => {
  const write: Call = ['write_file', { path: '/w/a.py', content: 'import os\nos.system("nmap x")' }];

  it.each([
    ['exec(open("/w/a.py").read())'],
    ['import runpy\nrunpy.run_path("/w/a.py")'],
    ['from pathlib import Path\nexec(Path("/w/a.py").read_text())'],
  ])('%s', (code) => {
    expect(commands(run(write))).toEqual([]);
    expect(commands(run(write, ['python', { code }]))).toEqual(['nmap x']);
    expect(commands(run(['python', { code }], write))).toEqual([]);
  });
});

describe('what is written and later run', () => {
  it('is run where the command runs it, with its span', () => {
    const actions = run(
      ['create_file', { path: '/tmp/scan.sh', content: '#!/bin/bash\nnmap x\n' }],
      ['bash', { command: 'ls; bash /tmp/scan.sh' }],
    );
    const nmap = processOf(actions, 'nmap');
    expect(nmap.origin).toEqual({
      step: 1,
      call: 0,
      argument: 'command',
      span: [4, 21],
      via: ['script /tmp/scan.sh'],
    });
    expect(actions[nmap.parent!]).toMatchObject({ argv: ['bash', '/tmp/scan.sh'] });
  });

  it.each([
    [["cat > s.sh <<'E'\nnmap x\nE", 'bash s.sh']],
    [["cat > s.sh <<'E'\nnmap x\nE\nbash s.sh"]],
    [["echo 'nmap x' > /tmp/s.sh", 'chmod +x /tmp/s.sh', '/tmp/s.sh']],
    [["echo 'nmap x' > /tmp/s.sh", 'cd /tmp && ./s.sh']],
    [['cd /tmp; echo "nmap x" > s.sh', 'sudo sh /tmp/s.sh']],
    [["echo 'nmap x' | tee s.sh", 'source s.sh']],
    [["echo 'nmap x' > s.sh", '. ./s.sh']],
    [["echo 'nmap x' > s.sh", 'cat s.sh | bash']],
    [["echo 'nmap x' > s.sh", 'bash < s.sh']],
    [["echo 'nmap x' > s.sh", 'bash -c "$(cat s.sh)"']],
    [["echo 'nmap x' > s.sh", 'cp s.sh t.sh', 'sh t.sh']],
    [["echo 'nmap x' > s.sh", 'mv s.sh t.sh; sh t.sh']],
    [["echo 'nmap x' > s.sh", 'ln -s s.sh t.sh', 'sh t.sh']],
    [['echo nmap > s.sh; echo x >> t.sh', 'echo "nmap x" >> s.sh', 'sh s.sh']],
    [['printf \'import os\\nos.system("nmap x")\\n\' > s.py', 'python3 s.py']],
    [['printf \'import os\\nos.system("nmap x")\\n\' > s.py', 'chmod +x s.py; ./s.py']],
    [[`echo ${base64('nmap x')} > p.b64`, 'base64 -d p.b64 > p.sh', 'bash p.sh']],
    [[`echo ${base64('nmap x')} > p.b64`, 'base64 -d p.b64 | sh']],
    [["echo 'all:\n\tnmap x' > Makefile", 'make']],
    [["printf 'a:\\n\\tnmap x\\nb: a\\n' > Makefile", 'make b']],
    [["echo '* * * * * nmap x' > c", 'crontab c']],
    [["echo 'nmap x' > s.sh", 'nohup bash s.sh &']],
    [["echo 'nmap x' > s.sh", 'docker exec -i c bash < s.sh']],
    [["echo 'nmap x' > /usr/local/bin/scan; chmod +x /usr/local/bin/scan", 'scan']],
    [['scan() { nmap "$1"; }', 'scan x']],
    [['echo \'scan() { nmap "$1"; }\' > l.sh', 'source l.sh', 'scan x']],
    [["echo 'nmap $1' > s.sh", 'bash s.sh x']],
    [["printf '#!/bin/sh\\nnmap x\\n' > .git/hooks/pre-commit", 'git commit -m a']],
    [['echo "RUN nmap x" > Dockerfile', 'docker build .']],
    [['echo \'{"scripts": {"scan": "nmap x"}}\' > package.json', 'npm run scan']],
  ])('%j', (texts) => expect(commands(bash(...texts))).toContain('nmap x'));

  it.each([
    [["echo 'nmap x' > s.sh", 'ls']],
    [["echo 'nmap x' > s.sh", 'bash t.sh']],
    [["echo 'nmap x' > s.sh", 'cat s.sh']],
    [["echo 'nmap x' > s.sh", 'chmod +x s.sh']],
    [["echo 'nmap x' > s.sh", "echo 'ls' > s.sh", 'sh s.sh']],
    [["echo 'nmap x' > s.sh", 'rm s.sh', 'sh s.sh']],
    [["echo 'nmap x' > s.sh", 'mv s.sh t.sh', 'sh s.sh']],
    [['bash s.sh', "echo 'nmap x' > s.sh"]],
    [["echo 'nmap x' > /a/s.sh", 'sh /b/s.sh']],
    [["echo 'nmap x' > notes.md", 'python3 notes.md.py']],
    [["printf 'a:\\n\\tnmap x\\nb:\\n\\tls\\n' > Makefile", 'make b']],
    [['scan() { nmap x; }', 'unrelated']],
  ])('%j runs nothing of it', (texts) => expect(commands(bash(...texts))).not.toContain('nmap x'));

  it('follows an edit of it', () => {
    const actions = run(
      ['create_file', { path: 's.sh', content: 'ls\nTODO\n' }],
      ['str_replace_editor', { command: 'str_replace', path: 's.sh', old_str: 'TODO', new_str: 'nmap x' }],
      ['bash', { command: 'sh s.sh' }],
    );
    expect(commands(actions)).toEqual(['sh s.sh', 'ls', 'nmap x']);
  });

  it('is told as a file with content when it is never run', () => {
    const actions = bash("cat > s.sh <<'E'\nnmap x\nE");
    expect(fileOf(actions, 's.sh').content).toBe('nmap x\n');
    expect(commands(actions)).toEqual(['cat']);
  });

  it('carries on what surrounds the command that runs it', () => {
    const actions = bash("echo 'nmap x' > s.sh", 'sudo -u op bash s.sh &');
    expect(processOf(actions, 'nmap')).toMatchObject({ user: 'op', background: true });
    expect(lineage(actions, 'nmap')).toEqual(['sudo', 'bash', 'nmap']);
  });

  it('goes through the same content in each call, and only so often in one', () => {
    const nmaps = (...calls: readonly string[]) =>
      commands(bash("echo 'nmap x' > s.sh", ...calls)).filter((line) => line === 'nmap x').length;
    expect(nmaps(...Array.from({ length: 50 }, () => 'bash s.sh'))).toBe(50);
    expect(nmaps('bash s.sh; '.repeat(50))).toBe(3);
  });

  it.each([
    ['with other words', ['echo \'"$@"\' > r.sh', ...Array(5).fill('bash r.sh ls'), 'bash r.sh nmap x']],
    [
      'with other words in one call',
      ['echo \'"$@"\' > r.sh', `${'bash r.sh ls; '.repeat(5)} bash r.sh nmap x`],
    ],
    [
      'after what it runs has changed',
      ['echo ls > p; echo "bash p" > r', ...Array(5).fill('bash r'), 'echo nmap x > p', 'bash r'],
    ],
    [
      'after what it runs has changed in one call',
      ['echo ls > p; echo "bash p" > r', `${'bash r; '.repeat(5)} echo nmap x > p; bash r`],
    ],
  ])('goes through a script again %s', (_, calls) => {
    expect(commands(bash(...calls))).toContain('nmap x');
  });

  it('ends for scripts that run each other', () => {
    expect(commands(bash("echo 'bash b.sh; nmap x' > a.sh; echo 'bash a.sh' > b.sh", 'bash a.sh'))).toContain(
      'nmap x',
    );
  });

  it('has tests run what hooks into them', () => {
    const actions = run(
      ['create_file', { path: 'conftest.py', content: 'import sys\nsys.exit(0)\n' }],
      ['bash', { command: 'pytest -q' }],
    );
    const ran = actions.filter((action) => action.kind === 'code' && action.file === undefined);
    expect(codes(ran)).toContain('call sys.exit(0)');
  });

  it('tells indexes that point to the right actions', () => {
    const actions = bash('echo a | cat', "echo 'id | nmap x' > s.sh; bash s.sh", 'cat f | sudo sh');
    const nmap = processOf(actions, 'nmap');
    expect(actions[nmap.pipedFrom!]).toMatchObject({ argv: ['id'] });
    actions.forEach((action, at) => {
      expect(action.parent ?? -1).toBeLessThan(at);
      if (action.kind === 'process') expect(action.pipedFrom ?? -1).toBeLessThan(at);
    });
  });
});

describe('a choice of steps', () => {
  const trajectory = episode(
    [['bash', { command: 'ls -la' }]],
    [['create_file', { path: '/tmp/scan.sh', content: 'nmap x\n' }]],
    [['bash', { command: 'cat README.md' }]],
    [['bash', { command: 'chmod +x /tmp/scan.sh' }]],
    [['bash', { command: 'cd /tmp && ./scan.sh' }]],
    [['bash', { command: 'git status' }]],
  );

  it('is gone through alone where nothing else is named', () => {
    expect(commands(actionsOf(trajectory, new Set([5])))).toEqual(['git status']);
    expect(actionsOf(trajectory, new Set())).toEqual([]);
  });

  it('brings along what writes the script that it runs, and what runs the script that it writes', () => {
    for (const only of [1, 4]) {
      const actions = actionsOf(trajectory, new Set([only]));
      expect(commands(actions)).toContain('nmap x');
      expect(files(actions)).toContain('create /tmp/scan.sh');
      expect(commands(actions)).not.toContain('git status');
    }
  });

  it.each([
    [["printf 'all:\\n\\tnmap x\\n' > Makefile"], ['make']],
    [["echo 'nmap x' > a.sh"], ['sh a.sh']],
    [["echo 'nmap x' > a.sh", 'cp a.sh b.sh'], ['sh b.sh']],
    [['scan() { nmap x; }'], ['scan']],
    [[`echo ${base64('nmap x')} > p`, 'base64 -d p > q'], ['bash q']],
    [['echo \'{"scripts": {"scan": "nmap x"}}\' > package.json'], ['npm run scan']],
  ])('%j, then %j: the same as when all is gone through', (before, after) => {
    const all = episode(...[...before, 'ls', ...after].map((command) => [['bash', { command }]] as const));
    const last = all.steps.length - 1;
    const ofLast = (only?: ReadonlySet<number>) =>
      commands(actionsOf(all, only).filter((action) => action.origin.step === last));
    expect(ofLast(new Set([last]))).toEqual(ofLast());
    expect(ofLast(new Set([0]))).toEqual(ofLast());
    expect(ofLast()).toContain('nmap x');
  });
});
