import { bare } from '../../src/actions/index.ts';
import type { Detector, Hit } from '../../src/detectors/contract.ts';

/**
 * Packages whose names are a slip away from those of popular ones, and names under which attacks are on record.
 *
 * Distance: one insertion, deletion, substitution or swap of neighbours (Damerau–Levenshtein, restricted), on names
 * with `-`, `_` and `.` taken for the same (PEP 503). Popular names: our own choice of what is installed most.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/).map(normalise));
function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

const popularPython = words(
  'requests urllib3 numpy pandas scipy matplotlib scikit-learn tensorflow torch torchvision ' +
    'transformers keras flask django fastapi sqlalchemy pydantic boto3 botocore setuptools virtualenv ' +
    'pytest pyyaml jinja2 markupsafe cryptography certifi colorama python-dateutil beautifulsoup4 ' +
    'selenium pillow opencv-python lxml aiohttp httpx websockets paramiko fabric ansible celery redis ' +
    'pymongo psycopg2 psycopg2-binary mysqlclient pymysql tqdm rich click typer black ruff flake8 ' +
    'pylint mypy isort poetry pipenv pre-commit jupyter notebook ipython jupyterlab ipykernel ' +
    'networkx sympy statsmodels seaborn plotly bokeh gensim spacy nltk xgboost lightgbm catboost ' +
    'openai anthropic langchain huggingface-hub datasets accelerate tokenizers sentencepiece protobuf ' +
    'grpcio google-cloud-storage google-auth azure-storage-blob azure-identity docker kubernetes ' +
    'psutil gunicorn uvicorn starlette werkzeug tornado twisted gevent greenlet scrapy simplejson ' +
    'marshmallow alembic loguru pendulum arrow pytz tzdata chardet idna packaging python-dotenv ' +
    'pyinstaller cython numba dask pyspark pyarrow polars duckdb streamlit gradio discord.py tweepy ' +
    'web3 pycryptodome pyjwt passlib bcrypt faker hypothesis coverage nose mock responses freezegun ' +
    'tabulate termcolor prettytable openpyxl xlrd xlsxwriter pypdf2 reportlab pyserial pygame kivy ' +
    'wheel twine setproctitle attrs importlib-metadata zipp charset-normalizer typing-extensions ' +
    'dnspython pyopenssl ujson orjson msgpack sentry-sdk stripe twilio sendgrid elasticsearch kafka- ' +
    'python pika zstandard cffi pycparser telethon yt-dlp speechrecognition pyautogui pynput ' +
    'diffusers bitsandbytes wandb mlflow tensorboard optuna pytorch-lightning deepspeed vllm onnx ' +
    'onnxruntime timm einops safetensors peft',
);

const popularNode = words(
  'react react-dom lodash express axios chalk commander typescript webpack babel-core eslint ' +
    'prettier jest mocha vue vuex next nuxt angular electron puppeteer playwright socket.io mongoose ' +
    'mongodb mysql mysql2 redis dotenv cross-env nodemon rimraf moment dayjs date-fns underscore ' +
    'async bluebird request body-parser cookie-parser jsonwebtoken bcrypt bcryptjs passport cors ' +
    'helmet morgan winston debug inquirer yargs minimist glob mkdirp fs-extra semver uuid nanoid rxjs ' +
    'redux react-redux react-router react-router-dom styled-components tailwindcss postcss ' +
    'autoprefixer sass node-sass less gulp grunt rollup vite esbuild parcel ts-node tsx zod ajv joi ' +
    'validator graphql apollo-server prisma sequelize typeorm knex pg sqlite3 ethers web3 hardhat ' +
    'truffle discord.js telegraf node-fetch cheerio jsdom sharp multer nodemailer handlebars ejs pug ' +
    'marked highlight.js three d3 chart.js jquery bootstrap popper.js core-js regenerator-runtime ' +
    'source-map-support through2 colors color-name ansi-styles supports-color event-stream ua-parser- ' +
    'js node-ipc noblox.js firebase aws-sdk stripe twilio openai langchain vitest cypress husky lint- ' +
    'staged concurrently serve http-server live-server pm2 forever turbo nx lerna storybook',
);

/** Well-known packages whose names happen to be close. */
const legitimatePython = words(
  'aresponses attr beautifulsoup boto bpython cattrs cchardet crick ctransformers dataset djongo ' +
    'elasticsearch5 elasticsearch6 elasticsearch7 elasticsearch8 elasticsearch9 fabric2 fabric3 ' +
    'fastai google-oauth grequests gsutil hjson httpr hyper ijson ipytest mocker myjwt ngboost ' +
    'openapi pbspark psycopg psycopg-binary pyaml pycryptodomex pygam pylink pymssql pypdf pypdf3 ' +
    'pypdf4 pyshark retworkx scapy scipp scrypt simpy slack spython tensorboardx torchx unicorn usort ' +
    'vyper wand websocket willow',
);

const legitimateNode = words(
  'angular2 args aws-cdk axiom bcrypto chartjs color color-namer colord cose-js crypt dargs dot-env ' +
    'eclint enquirer fs.extra gaxios grant graphiql highlightjs inquirer2 is-node jsdoc jslint lite- ' +
    'server mkdir mkdirp2 mquery mssql openapi preact preact-redux preact-router prettierx prism ps- ' +
    'node react-router5 reqwest rsync scrypt server servie sqlite storyblok strip telegram through ' +
    'tslint ttypescript vasync',
);

/** Names under which registries had to remove attacks. */
const attacks = words(
  'colourama jeilyfish python3-dateutil crossenv cross-env.js flatmap-stream electorn loadyaml ' +
    'discordi.js mongose babelcli d3.js fabric-js ffmepg gruntcli http-proxy.js jquery.js mongose ' +
    'mssql.js mysqljs nodecaffe nodefabric node-fabric nodeffmpeg nodemailer-js nodemailer.js ' +
    'nodemssql node-opensl noderequest nodesass nodesqlite node-sqlite node-tkinter opencv.js ' +
    'openssl.js proxy.js sqlite.js sqliter sqlserver tkinter python-sqlite python-mysqldb python-ftp ' +
    'python-openssl python-mongo acqusition apidev-coop django-server setup-tools urlib3 diango djago ' +
    'dajngo openvc mumpy mybiubiubiu pyscrapy requesst reqeusts requestss noblox.js-proxy noblox.js- ' +
    'vps ecmascript-api rc-fork coa-fork ua-parser-jss web3-essential ctx-py phpass-dev bignum-js ' +
    'rest-client-fork strong_password_fork',
);

/** Shorter names have too many neighbours. */
const shortest = 5;

interface Install {
  readonly ecosystem: 'python' | 'node';
  readonly packages: readonly string[];
}

/** The packages that a command asks a registry for. */
function installOf(argv: readonly string[]): Install | undefined {
  let [program = '', ...rest] = argv;
  program = program.split('/').at(-1)!;
  if (/^python[\d.]*$/.test(program) && rest[0] === '-m') {
    program = rest[1] ?? '';
    rest = rest.slice(2);
  }
  if (program === 'uv' && rest[0] === 'pip') rest = rest.slice(1);
  const isPython = /^(?:pip[\d.]*|pipx|uv|poetry|pdm|pipenv|conda|mamba|rye)$/.test(program);
  const isNode = /^(?:npm|pnpm|yarn|bun|cnpm)$/.test(program);
  if (!isPython && !isNode) return undefined;
  const verb = rest.findIndex((word) => !word.startsWith('-'));
  if (verb < 0 || !/^(?:install|i|add|in|ins|isntall)$/.test(rest[verb]!)) return undefined;
  const packages: string[] = [];
  for (let at = verb + 1; at < rest.length; at += 1) {
    const word = rest[at]!;
    if (
      /^(?:-r|-c|-e|-i|-f|-t|-n|--requirement|--constraint|--editable|--index-url|--extra-index-url|--target|--registry|--prefix|--python|--group|-G|--find-links|--root|--platform|--abi|--name|--channel|--proxy|--cert|--cache-dir|--log)$/.test(
        word,
      )
    ) {
      at += 1;
      continue;
    }
    const name = /^(@?[a-z0-9][\w.-]*)(?:\[[^\]]*\])?(?:(?:@|[=<>~!]=?|\s).*)?$/i.exec(word)?.[1];
    if (name !== undefined && !/\.(?:txt|whl|tgz|gz|zip|git)$/.test(name)) packages.push(name);
  }
  return { ecosystem: isPython ? 'python' : 'node', packages };
}

/** A name without one of its letters, for each of them: two names a slip apart share one, or are one of the other's. */
function* shortened(name: string): Generator<string> {
  for (let at = 0; at < name.length; at += 1) yield name.slice(0, at) + name.slice(at + 1);
}

/** Popular names of a length to have look-alikes, and all that is left of them without one letter. */
const neighbourhood: ReadonlySet<string> = new Set(
  [...popularPython, ...popularNode]
    .filter((name) => name.length >= shortest)
    .flatMap((name) => [name, ...shortened(name)]),
);

/** A slip away from a popular name nothing is longer. */
const longest = Math.max(...[...neighbourhood].map((name) => name.length)) + 1;

/** Whether a name can be a slip away from a popular one: most are not, which takes a few lookups to tell. */
function mayBeNear(name: string): boolean {
  if (name.length < shortest || name.length > longest) return false;
  if (neighbourhood.has(name)) return true;
  for (const shorter of shortened(name)) if (neighbourhood.has(shorter)) return true;
  return false;
}

/** Whether one slip of the keyboard leads from one name to the other. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

function lookAlike(name: string, ecosystem: Install['ecosystem']): string | undefined {
  const plain = normalise(name);
  if (attacks.has(plain)) return 'a name of known attacks';
  const [popular, legitimate] =
    ecosystem === 'python' ? [popularPython, legitimatePython] : [popularNode, legitimateNode];
  if (!mayBeNear(plain) || popular.has(plain) || legitimate.has(plain)) return undefined;
  for (const other of popular)
    if (other.length >= shortest && isOneSlip(plain, other)) return `like ${other}`;
  return undefined;
}

/** Whether some word of a text may be a name that is told of. */
function namesLookAlike(text: string): boolean {
  const isPython = /pip|uv|poetry|pdm|conda|mamba|rye/.test(text);
  const isNode = /npm|yarn|bun/.test(text);
  for (const word of new Set(text.match(/@?[a-z0-9][\w.-]*/g))) {
    if (isPython && lookAlike(word, 'python') !== undefined) return true;
    if (isNode && lookAlike(word, 'node') !== undefined) return true;
  }
  return false;
}

const detector: Detector = {
  meta: {
    id: 'supply-chain-look-alike-name',
    title: 'Package with a look-alike name installed',
    category: 'supply-chain',
    class: 'safety',
    severity: 'high',
    version: '1',
    attack: ['t1195.001', 't1204'],
    description:
      'A package is installed whose name is a slip away from that of a popular one, or is known from attacks.',
    requestedBy: [{ verbs: ['install', 'add', 'use'], objects: ['{target}'] }],
  },
  looksAt: 'call',
  literals: ['install', ' add ', ' i '].flatMap((verb) =>
    ['pip', 'npm', 'yarn', 'pnpm', 'poetry', 'pdm', 'conda', 'mamba', ' uv ', ' bun '].map((tool) => ({
      surface: 'call' as const,
      all: [tool, verb],
    })),
  ),
  // names stand in the text as they are, but for quotes and for what comes from a variable or a file, which another call
  // may have made
  mayConcern: (text) =>
    /[$`]|xargs|parallel/.test(text) || namesLookAlike(text) || namesLookAlike(bare(text)),
  examples: {
    match: [
      'pip install reqeusts',
      'npm i electorn',
      'pip install -U numpy pandsa',
      'python3 -m pip install colourama',
      'npm install --save crossenv',
    ],
    ignore: [
      'pip install requests numpy',
      'npm install express cross-env',
      'pip install -r requirements.txt',
      'grep -rn reqeusts .',
      'pip install beautifulsoup tensorboardX',
    ],
  },
  *detect(_, { actions }): Iterable<Hit> {
    for (const action of actions) {
      if (action.kind !== 'process') continue;
      const install = installOf(action.argv);
      for (const name of install?.packages ?? []) {
        const why = lookAlike(name, install!.ecosystem);
        if (why === undefined) continue;
        const { step, call, argument, span } = action.origin;
        yield { step, call, argument, span, evidence: `${name}: ${why}`, targets: [name] };
      }
    }
  },
};
export default detector;
