import { describe, expect, it } from 'vitest';
import { bash, fileOf, files } from './support.ts';

describe('programs that act on files', () => {
  it.each([
    ['cat /etc/passwd', ['read /etc/passwd']],
    ['cat -n a b', ['read a', 'read b']],
    ['head -n 5 a', ['read a']],
    ['tail -f /var/log/x', ['read /var/log/x']],
    ['less a', ['read a']],
    ['grep -r secret /etc', ['read /etc']],
    ['grep -e a -f list b', ['read b', 'read list']],
    ['wc -l a', ['read a']],
    ['base64 a', ['read a']],
    ['xxd -p a', ['read a']],
    ['strings /bin/ls', ['read /bin/ls']],
    ['sort -o out in', ['read in', 'create out']],
    ['sed s/a/b/ f', ['read f']],
    ['awk "{print}" f', ['read f']],
    ['cp a b', ['read a', 'create b']],
    ['cp -r a b/', ['read a', 'create b/a']],
    ['cp -t d a b', ['read a', 'create d/a', 'read b', 'create d/b']],
    ['mv a b', ['rename a -> b']],
    ['install -m 755 a /usr/bin/b', ['read a', 'create /usr/bin/b', 'permission /usr/bin/b']],
    ['rm -rf a b', ['delete a', 'delete b']],
    ['rm -rf /', ['delete /']],
    ['cd /srv; rm -rf *', ['delete /srv/*']],
    ['shred -u -n 3 a', ['delete a']],
    ['unlink a', ['delete a']],
    ['rmdir a', ['delete a']],
    ['find /tmp -name "*.log" -delete', ['delete /tmp/**/*.log']],
    ['find /tmp -type f -exec rm {} +', ['delete /tmp/**']],
    ['truncate -s 0 a', ['create a']],
    ['touch a', ['create a']],
    ['ln -s /etc/passwd a', ['create a -> /etc/passwd']],
    ['chmod -R 777 a', ['permission a']],
    ['chown root:root a', ['permission a']],
    ['chattr +i a', ['permission a']],
    ['setfacl -m u:x:rwx a', ['permission a']],
    ['setcap cap_setuid+ep a', ['permission a']],
    ['tee a b', ['create a', 'create b']],
    ['tee -a a', ['append a']],
    ['dd if=/dev/zero of=/dev/sda bs=1M', ['read /dev/zero', 'create /dev/sda']],
    ['tar czf out.tgz dir', ['read dir', 'create out.tgz']],
    ['tar -C /x -xf in.tgz', ['read in.tgz']],
    ['zip -r out.zip dir', ['read dir', 'create out.zip']],
    ["sed -i 's/a/b/' f", ['append f']],
    ["sed -i.bak -e 's/a/b/' f", ['append f']],
    ['crontab f', ['read f']],
    ['gcc -o prog a.c', ['create prog', 'read a.c']],
    ['mkfifo p', ['create p']],
    ['patch -p1 < a.diff', ['read a.diff']],
    ['git rm a', ['delete a']],
    ['tcpdump -i any -w out.pcap', ['create out.pcap']],
    ['nohup ./x > out 2>&1 &', ['create out']],
  ])('%s', (text, expected) => expect(files(bash(text))).toEqual(expected));

  it.each([
    ['ls -la /etc'],
    ['echo rm -rf /'],
    ['which cat'],
    ['cp --help'],
    ['rm --version'],
    ['test -f /etc/passwd'],
    ['stat /etc'],
    ['chmod'],
    ['cat -'],
    ['grep -c x'],
    ['id > /dev/null'],
  ])('%s acts on none', (text) => expect(files(bash(text))).toEqual([]));

  it('says the mode as it is given', () => {
    expect(fileOf(bash('chmod u+s /bin/x'), '/bin/x').mode).toBe('u+s');
    expect(fileOf(bash('chmod 4755 /bin/x'), '/bin/x').mode).toBe('4755');
    expect(fileOf(bash('setcap cap_net_raw+ep x'), 'x').mode).toBe('cap_net_raw+ep');
    expect(fileOf(bash('chown root:root x'), 'x').mode).toBe('root:root');
  });

  it('knows what an edit brings into a file', () => {
    expect(fileOf(bash("sed -i 's/^#Port 22/Port 2222/' c"), 'c').content).toBe('Port 2222\n');
    expect(fileOf(bash("sed -i '1i export A=1' c"), 'c').content).toBe('export A=1\n');
    expect(fileOf(bash("sed -i '/x/d' c"), 'c').content).toBeUndefined();
  });

  it('has the process for a parent', () => {
    const actions = bash('sudo cat /etc/shadow');
    const read = fileOf(actions, '/etc/shadow');
    expect(actions[read.parent!]).toMatchObject({
      kind: 'process',
      argv: ['cat', '/etc/shadow'],
      user: 'root',
    });
  });

  it.each([
    ['cd /a/b; cat ../c', '/a/c'],
    ['cd /a; cd b; cat c', '/a/b/c'],
    ['cd "$UNKNOWN"; cat c', '$UNKNOWN/c'],
    ['cd; cat c', '~/c'],
    ['cat ~/.ssh/id_rsa', '~/.ssh/id_rsa'],
    ['cat $HOME/.ssh/id_rsa', '~/.ssh/id_rsa'],
    ['cat /root/../etc/./passwd', '/etc/passwd'],
    ['pushd /a; cat c', '/a/c'],
    ['D=/a; cat "$D/c"', '/a/c'],
    ['(cd /a); cat c', 'c'],
    ['cat /etc/pass*', '/etc/pass*'],
    ['cat $F', '$F'],
  ])('%s reads %s', (text, path) => expect(files(bash(text))).toContain(`read ${path}`));

  it('applies the patch that it is given', () => {
    const diff = '--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n';
    expect(fileOf(bash(`cd /r; patch -p1 <<'E'\n${diff}E`), '/r/x.py')).toMatchObject({
      operation: 'append',
      content: 'b\n',
    });
    expect(fileOf(bash(`git apply <<'E'\n${diff}E`), 'x.py').content).toBe('b\n');
    const patch = '*** Begin Patch\n*** Add File: n.sh\n+id\n*** Delete File: o.sh\n*** End Patch';
    const actions = bash(`apply_patch <<'E'\n${patch}\nE`);
    expect(files(actions)).toEqual(['create n.sh', 'delete o.sh']);
    expect(fileOf(actions, 'n.sh').content).toBe('id\n');
  });
});
