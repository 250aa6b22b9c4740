import type { Content } from '../content.ts';
import { append } from '../content.ts';
import { baseName } from '../paths.ts';
import { noteCall } from './calls.ts';
import { argument, done, evaluatorFrame, file, pathText, runCode } from './effects.ts';
import type { CodeCall } from './evaluate.ts';
import { pathJoin } from './operators.ts';
import type { Handler } from './python-processes.ts';
import { names } from './python-processes.ts';
import type { Instance, Value } from './values.ts';
import { contentOf, instance, isInstance, isList, list, textOf, unknown, written } from './values.ts';

/** Calls of Python that act on files, by dotted name. */
export const fileCalls: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...names(
    'open io.open codecs.open builtins.open gzip.open bz2.open lzma.open aiofiles.open os.fdopen',
    open,
  ),
  ...names('os.open', (call) => {
    const flags = written(call.evaluator.source, call.expression);
    const mode = /O_APPEND/.test(flags) ? 'a' : /O_(?:WRONLY|RDWR|CREAT|TRUNC)/.test(flags) ? 'w' : 'r';
    return opened(call, call.arguments[0], mode);
  }),
  ...names('file().write file().writelines os.write', write),
  ...names('file().read file().readline file().readlines file().__iter__', (call) => contentUnknown(call)),
  ...names('file().close file().flush file().seek file().__enter__', (call) => call.self ?? null),
  ...names('json.load yaml.safe_load yaml.load pickle.load', (call) => valueFrom(call, call.arguments[0])),
  ...names('json.dump yaml.dump pickle.dump', (call) =>
    writeInto(call, call.arguments[1], unknown(written(call.evaluator.source, call.expression))),
  ),
  ...names('json.dumps', (call) => unknown(written(call.evaluator.source, call.expression))),
  ...names('os.remove os.unlink os.rmdir os.removedirs shutil.rmtree send2trash.send2trash', (call) =>
    done(call, file(call, 'delete', argument(call, 0, 'path'))),
  ),
  ...names('os.rename os.replace os.renames shutil.move', rename),
  ...names('shutil.copy shutil.copyfile shutil.copy2 shutil.copytree', copy),
  ...names('os.chmod os.lchmod os.fchmod', (call) =>
    done(call, file(call, 'permission', call.arguments[0], { mode: argument(call, 1, 'mode') })),
  ),
  ...names('os.chown shutil.chown os.lchown', (call) =>
    done(call, file(call, 'permission', call.arguments[0], { mode: list(call.arguments.slice(1)) })),
  ),
  ...names('os.symlink os.link', (call) => {
    const index = file(call, 'create', argument(call, 1, 'dst'), { target: argument(call, 0, 'src') });
    const source = pathText(call.evaluator, argument(call, 0, 'src'));
    if (index !== undefined && source !== undefined)
      evaluatorFrame(call.evaluator).sink.drafts[index]!.written = { kind: 'file', path: source };
    return done(call, index);
  }),
  ...names('runpy.run_path execfile', runFile),
  ...names('os.truncate', (call) => done(call, file(call, 'create', call.arguments[0], { content: '' }))),
  ...names('os.mkfifo os.mknod', (call) => done(call, file(call, 'create', call.arguments[0]))),
  ...names('os.chdir', (call) => {
    call.evaluator.directory = pathText(call.evaluator, call.arguments[0]);
    return null;
  }),
  ...names('os.path.join posixpath.join', (call) => {
    let path: Value = call.arguments[0] ?? '';
    for (const part of call.arguments.slice(1))
      path = pathJoin(call.evaluator.text(path), call.evaluator.text(part));
    return isInstance(path) ? (path.data.get('path') ?? '') : call.evaluator.text(path);
  }),
  ...names(
    'os.path.expanduser os.path.abspath os.path.realpath os.path.expandvars os.fspath str os.path.normpath',
    (call) => {
      const value = call.arguments[0];
      if (call.path === 'str' && value !== undefined && !isInstance(value)) return call.evaluator.text(value);
      return isInstance(value) ? (value.data.get('path') ?? value) : value;
    },
  ),
  ...names('os.path.basename', (call) =>
    textOf(call.arguments[0]) === undefined ? undefined : baseName(textOf(call.arguments[0])!),
  ),
  ...names('pathlib.Path pathlib.PosixPath pathlib.PurePath Path', (call) => {
    let path: Value = call.arguments[0] ?? '.';
    for (const part of call.arguments.slice(1))
      path = pathJoin(call.evaluator.text(path), call.evaluator.text(part));
    return isInstance(path) ? path : instance('pathlib.Path', { path: call.evaluator.text(path) });
  }),
  ...names('pathlib.Path.home Path.home', () => instance('pathlib.Path', { path: '~' })),
  ...names('pathlib.Path.cwd Path.cwd', (call) =>
    instance('pathlib.Path', { path: call.evaluator.directory ?? '.' }),
  ),
  ...names('pathlib.Path.expanduser pathlib.Path.resolve pathlib.Path.absolute', (call) => call.self),
  ...names('pathlib.Path.joinpath', (call) =>
    call.arguments.reduce<Value>(
      (path, part) => pathJoin(call.evaluator.text(path), call.evaluator.text(part)),
      call.self ?? '',
    ),
  ),
  ...names('pathlib.Path.write_text pathlib.Path.write_bytes', (call) =>
    done(call, file(call, 'create', call.self, { content: argument(call, 0, 'data') })),
  ),
  ...names('pathlib.Path.read_text pathlib.Path.read_bytes', (call) => {
    file(call, 'read', call.self);
    return valueFrom(call, call.self);
  }),
  ...names('pathlib.Path.open', (call) => opened(call, call.self, textOf(argument(call, 0, 'mode')) ?? 'r')),
  ...names('pathlib.Path.unlink pathlib.Path.rmdir', (call) => done(call, file(call, 'delete', call.self))),
  ...names('pathlib.Path.rename pathlib.Path.replace', (call) =>
    done(call, file(call, 'rename', call.self, { target: call.arguments[0] })),
  ),
  ...names('pathlib.Path.chmod', (call) =>
    done(call, file(call, 'permission', call.self, { mode: call.arguments[0] })),
  ),
  ...names('pathlib.Path.touch', (call) => done(call, file(call, 'create', call.self))),
  ...names('pathlib.Path.symlink_to pathlib.Path.hardlink_to', (call) =>
    done(call, file(call, 'create', call.self, { target: call.arguments[0] })),
  ),
  ...names('zipfile.ZipFile tarfile.open tarfile.TarFile.open', (call) => {
    const mode = textOf(argument(call, 1, 'mode')) ?? 'r';
    file(call, /^[wxa]/.test(mode) ? 'create' : 'read', call.arguments[0]);
    return instance('archive()', { path: pathText(call.evaluator, call.arguments[0]) });
  }),
  ...names('archive().write archive().add', (call) => done(call, file(call, 'read', call.arguments[0]))),
  ...names('shutil.make_archive', (call) => {
    file(call, 'read', argument(call, 2, 'root_dir'));
    return done(call, file(call, 'create', argument(call, 0, 'base_name')));
  }),
  ...names('shutil.unpack_archive', (call) => done(call, file(call, 'read', call.arguments[0]))),
  ...names('glob.glob glob.iglob', (call) => {
    noteCall(call.evaluator, call.path, call.expression);
    const pattern = textOf(call.arguments[0]);
    return pattern === undefined ? unknown(written(call.evaluator.source, call.expression)) : list([pattern]);
  }),
  ...names('os.walk os.listdir os.scandir', (call) => {
    const path = pathText(call.evaluator, call.arguments[0]);
    if (path === undefined) return undefined;
    noteCall(call.evaluator, call.path, call.expression);
    const inside = `${path.replace(/\/$/, '')}/*`;
    return list(
      call.path === 'os.walk'
        ? [list([path, list(['*']), list(['*'])], true)]
        : call.path === 'os.scandir'
          ? [instance('pathlib.Path', { path: inside, name: '*' })]
          : ['*'],
    );
  }),
  ...names('torch.load joblib.load numpy.load np.load pandas.read_pickle', (call) => {
    file(call, 'read', call.arguments[0]);
    return undefined;
  }),
  ...names('torch.save joblib.dump numpy.save', (call) => {
    file(call, 'create', call.arguments[1]);
    return undefined;
  }),
  ...names('linecache.getline linecache.getlines fileinput.input', (call) => {
    file(call, 'read', call.arguments[0]);
    return undefined;
  }),
  ...names('sqlite3.connect', (call) => {
    const path = textOf(call.arguments[0]);
    if (path !== undefined && path !== ':memory:') file(call, 'read', path);
    return undefined;
  }),
]);

/** A handled call gives nothing; one that could not be told stays a code action. */
function open(call: CodeCall): Value | undefined {
  const mode = textOf(argument(call, 1, 'mode')) ?? 'r';
  return opened(call, argument(call, 0, 'file', 'filename'), mode);
}

function opened(call: CodeCall, path: Value | undefined, mode: string): Value | undefined {
  const place = pathText(call.evaluator, path);
  if (place === undefined) return undefined;
  const operation = mode.includes('a')
    ? 'append'
    : /[wx]/.test(mode)
      ? 'create'
      : mode.includes('+')
        ? 'append'
        : 'read';
  const index = file(call, operation, path);
  const made: Instance = instance('file()', { path: place, mode });
  if (index !== undefined) made.data.set('draft', index);
  if (operation === 'read')
    made.data.set(
      'content',
      unknown(written(call.evaluator.source, call.expression), { kind: 'file', path: place }),
    );
  else if (operation === 'create') call.evaluator.files.delete(place);
  return made;
}

function write(call: CodeCall): Value | undefined {
  const given = call.path === 'os.write' ? call.arguments[1] : call.arguments[0];
  const value = isList(given)
    ? list(given.items)
        .items.map((item) => textOf(item) ?? '')
        .join('')
    : given;
  return writeInto(call, call.path === 'os.write' ? call.arguments[0] : call.self, value);
}

/** What is written into an open file is added to the content of the action that opened it. */
function writeInto(call: CodeCall, target: Value | undefined, value: Value | undefined): Value | undefined {
  if (!isInstance(target, 'file()')) return undefined;
  const { sink } = evaluatorFrame(call.evaluator);
  const index = target.data.get('draft');
  const path = target.data.get('path');
  const content: Content = contentOf(value) ?? { kind: 'unknown' };
  if (typeof path === 'string') {
    const before =
      textOf(target.data.get('mode'))?.includes('a') === true || target.data.has('written')
        ? call.evaluator.files.get(path)
        : undefined;
    call.evaluator.files.set(path, append(before, content, sink.hides));
    target.data.set('written', true);
  }
  const draft = typeof index === 'number' ? sink.drafts[index] : undefined;
  if (draft?.body.kind !== 'file') return null;
  const before: Content | undefined =
    draft.written ??
    (draft.body.content === undefined ? undefined : { kind: 'text', text: draft.body.content });
  const all = append(before, content, sink.hides);
  if (all.kind === 'text') draft.body = { ...draft.body, content: all.text };
  else {
    const { content: _, ...rest } = draft.body;
    draft.body = rest;
    draft.written = all;
  }
  return null;
}

/** `runpy.run_path(path)`: the code of a file. */
function runFile(call: CodeCall): Value | undefined {
  return runCode(call, valueFrom(call, argument(call, 0, 'path_name')));
}

function contentUnknown(call: CodeCall): Value {
  return valueFrom(call, call.self);
}

/** What is read of a file: its text where it was written before, or that it comes from there. */
function valueFrom(call: CodeCall, value: Value | undefined): Value {
  const path = pathText(call.evaluator, value);
  const raw = written(call.evaluator.source, call.expression);
  if (path === undefined) return unknown(raw);
  const known = call.evaluator.files.get(path);
  return known?.kind === 'text' ? known.text : unknown(raw, { kind: 'file', path });
}

function rename(call: CodeCall): Value | undefined {
  const from = pathText(call.evaluator, argument(call, 0, 'src'));
  const to = pathText(call.evaluator, argument(call, 1, 'dst'));
  const content = from === undefined ? undefined : call.evaluator.files.get(from);
  if (content !== undefined && to !== undefined) call.evaluator.files.set(to, content);
  return done(call, file(call, 'rename', argument(call, 0, 'src'), { target: argument(call, 1, 'dst') }));
}

function copy(call: CodeCall): Value | undefined {
  const source = argument(call, 0, 'src');
  file(call, 'read', source);
  const path = pathText(call.evaluator, source);
  const content = path === undefined ? undefined : unknown(path, { kind: 'file', path });
  return done(call, file(call, 'create', argument(call, 1, 'dst'), { content }));
}
