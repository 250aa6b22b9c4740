import type { SchemaNode } from '../../src/parquet/schema.ts';

/** A type: a leaf by its word, a list as a list of one, a struct as an object. */
export type Type =
  | 'text'
  | 'json'
  | 'int'
  | 'bool'
  | 'bytes'
  | 'time'
  | readonly Type[]
  | { readonly [name: string]: Type };

const leaves = {
  text: { type: 'BYTE_ARRAY', logical: 'STRING' },
  json: { type: 'BYTE_ARRAY', logical: 'JSON' },
  int: { type: 'INT64' },
  bool: { type: 'BOOLEAN' },
  bytes: { type: 'FIXED_LEN_BYTE_ARRAY' },
  time: { type: 'INT64', logical: 'TIMESTAMP' },
} as const;

/** The schema of a file with optional columns of these types, as pyarrow writes it. */
export function schemaOf(columns: Readonly<Record<string, Type>>): { root: SchemaNode } {
  let leaf = 0;
  const node = (
    name: string,
    type: Type,
    path: readonly string[],
    definition: number,
    repetition: number,
  ): SchemaNode => {
    const own = [...path, name];
    const base = {
      name,
      path: own,
      repetition: 'optional' as const,
      typeLength: 0,
      unsigned: false,
      unitsPerSecond: type === 'time' ? 1e6 : 1,
      definitionLevel: definition + 1,
      repetitionLevel: repetition,
      leaf,
    };
    if (typeof type === 'string') {
      leaf += 1;
      return { ...base, ...leaves[type], children: [] };
    }
    if (Array.isArray(type)) {
      const inner = node('element', type[0] as Type, [...own, 'list'], definition + 2, repetition + 1);
      const list = {
        ...base,
        name: 'list',
        path: [...own, 'list'],
        repetition: 'repeated' as const,
        definitionLevel: definition + 2,
        repetitionLevel: repetition + 1,
        children: [inner],
      };
      return { ...base, logical: 'LIST', children: [list] };
    }
    const children = Object.entries(type as Record<string, Type>).map(([field, inner]) =>
      node(field, inner, own, definition + 1, repetition),
    );
    return { ...base, children };
  };
  const children = Object.entries(columns).map(([name, type]) => node(name, type, [], 0, 0));
  const root = {
    name: 'schema',
    path: [],
    repetition: 'required' as const,
    typeLength: 0,
    unsigned: false,
    unitsPerSecond: 1,
    definitionLevel: 0,
    repetitionLevel: 0,
    leaf: 0,
    children,
  };
  return { root };
}
