import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv, writeCsv } from '../../src/audit/csv.ts';

const cell = fc.oneof(
  fc.string(),
  fc.constantFrom('', '=1+1', "'=x", '@SUM(A1)', '-2', '+3', 'a,b', '"q"', 'x\r\ny', '\t=z', "it's"),
);

describe('comma-separated values', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell)), (rows) => {
        const lines = rows.filter((row) => row.some((one) => one !== ''));
        const read = readCsv(writeCsv(['a', 'b', 'c'], lines));
        expect(read).toEqual(lines.map(([a, b, c]) => ({ a, b, c })));
      }),
    );
  });

  it('hold no cell that a spreadsheet would take for a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const text = writeCsv(['a', 'b'], rows);
        for (const start of text.matchAll(/(?:^|,|\r\n)"?([^,])/g)) {
          // inside a quoted cell a comma or a line begins no cell
          const before = text.slice(0, start.index).split('"').length - 1;
          if (before % 2 === 0) expect(start[1]).not.toMatch(/[=+\-@\t]/);
        }
      }),
    );
  });

  it('say where a line has too few cells', () => {
    expect(() => readCsv('a,b\r\n1\r\n')).toThrow('row 1 has 1 cells, the first line has 2');
  });
});
