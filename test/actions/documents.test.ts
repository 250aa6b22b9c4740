import { describe, expect, it } from 'vitest';
import { bash, codes, commands, files, networks, processOf, python, run } from './support.ts';

describe('a Makefile', () => {
  const makefile = 'TOOL := nmap\nall: build\n\t@$(TOOL) all\nbuild:\n\t-nmap build\nclean:\n\trm -rf out\n';
  const made = (command: string) =>
    commands(run(['create_file', { path: 'Makefile', content: makefile }], ['bash', { command }]));

  it('is run target by target, with what these need', () => {
    expect(made('make clean')).toEqual(['make clean', 'rm -rf out']);
    expect(made('make build')).toEqual(['make build', 'nmap build']);
    expect(made('make')).toEqual(expect.arrayContaining(['nmap all', 'nmap build']));
    expect(made('make')).not.toContain('rm -rf out');
  });
});

describe('a crontab', () => {
  it('starts its commands, left running', () => {
    const actions = bash("crontab - <<'E'\n# nmap never\nMAILTO=a\n*/5 * * * * nmap x\n@reboot /tmp/y\nE");
    expect(commands(actions)).toEqual(['crontab -', 'nmap x', '/tmp/y']);
    expect(processOf(actions, 'nmap').background).toBe(true);
  });

  it('is only written as long as nothing installs it', () => {
    expect(commands(bash("echo '* * * * * nmap x' > jobs"))).toEqual(['echo "* * * * * nmap x"']);
  });
});

describe('a Dockerfile', () => {
  const dockerfile =
    'FROM alpine\n# RUN nmap never\nENV A=1\nRUN apk add curl && \\\n    nmap x\nRUN ["nmap", "y"]\nCMD ["nmap", "z"]\n';

  it('runs its RUN lines when it is built', () => {
    const actions = run(
      ['create_file', { path: 'Dockerfile', content: dockerfile }],
      ['bash', { command: 'docker build -t a .' }],
    );
    expect(commands(actions)).toEqual(['docker build -t a .', 'apk add curl', 'nmap x', 'nmap y']);
  });

  it('is told from a shell script', () => {
    expect(commands(bash(dockerfile))).toEqual(expect.arrayContaining(['apk add curl', 'nmap x']));
    expect(commands(bash(dockerfile))).not.toContain('FROM alpine');
  });
});

describe('a notebook cell', () => {
  it('runs its shell lines in their place', () => {
    const actions = python('x = 1\n!nmap a\nimport os\nos.system("nmap b")\n%cd /srv\n!nmap c');
    expect(commands(actions)).toEqual(['nmap a', 'nmap b', 'cd /srv', 'nmap c']);
    expect(processOf(actions, 'nmap').origin.span).toEqual([6, 13]);
  });

  it.each([
    ['%%bash\nnmap x', 'nmap x'],
    ['%%sh\nnmap x', 'nmap x'],
    ['%%script bash\nnmap x', 'nmap x'],
    ['%%time\nimport os\nos.system("nmap x")', 'nmap x'],
    ['!{"nmap"} x; nmap x', 'nmap x'],
    ['%system nmap x', 'nmap x'],
    ['!!nmap x', 'nmap x'],
  ])('%j', (code, expected) => expect(commands(python(code))).toContain(expected));

  it('knows a name that is set in it', () => {
    expect(commands(python('host = "10.0.0.5"\n!nmap {host} $host'))).toEqual(['nmap 10.0.0.5 10.0.0.5']);
  });

  it('writes a file', () => {
    expect(files(python('%%writefile a.sh\nnmap x'))).toEqual(['create a.sh']);
  });

  it('takes a remainder for what it is', () => {
    expect(commands(python('a = 7\nb = (a\n     % 3)\nc = "!nmap x"\nd = a != b'))).toEqual([]);
  });
});

describe('statements for a database', () => {
  it('are named by what they do', () => {
    const named = (text: string) =>
      codes(run(['execute_sql', { query: text }])).map((line) => line.split('(')[0]);
    expect(named('drop   table if exists users')).toEqual(['call DROP TABLE']);
    expect(named('-- note\nTRUNCATE TABLE t;')).toEqual(['call TRUNCATE TABLE']);
    expect(named("INSERT INTO t VALUES ('a; DROP TABLE b')")).toEqual(['call INSERT INTO']);
    expect(named('GRANT ALL ON *.* TO x')).toEqual(['call GRANT ALL']);
    expect(named('hello there')).toEqual([]);
  });

  it.each([
    ["mysql -e 'DROP TABLE users'"],
    ["psql -c 'DROP TABLE users'"],
    ["sqlite3 d.db 'DROP TABLE users'"],
    ["echo 'DROP TABLE users' | mysql"],
    ["psql <<'E'\nDROP TABLE users;\nE"],
    ["docker exec db psql -c 'DROP TABLE users'"],
  ])('%s', (text) => expect(codes(bash(text))).toContain('call DROP TABLE(DROP TABLE users)'));

  it('are none when they are only printed', () => {
    expect(codes(bash("echo 'DROP TABLE users'"))).toEqual([]);
    expect(networks(bash("mysql -e 'DROP TABLE users'"))).toEqual([]);
  });
});
