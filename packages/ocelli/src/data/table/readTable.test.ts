import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { oneHot, oneHotColumns } from './oneHot.ts';
import { readTable } from './readTable.ts';
import type { ReadTableOptions } from './readTable.ts';
import type { AttributeSchema } from '../attributeSchema.ts';

const folder = temporaryFolder();

/** Reads a table with the given text. */
function read<const Schema extends AttributeSchema = AttributeSchema>(
  text: string | Buffer,
  options: ReadTableOptions<Schema> = {},
) {
  writeTree(folder, { 'labels.csv': text });
  return readTable(`${folder}/labels.csv`, options);
}

/** What a table says, row by row; `null` is a missing label. */
async function said(text: string | Buffer, options: ReadTableOptions<AttributeSchema> = {}) {
  const { table } = await read(text, options);
  const { names } = table;
  return Array.from({ length: table.length }, (_, row) => [
    table.pathOf(row),
    ...names.map((name) => table.labelOf(row, name) ?? null),
  ]);
}

const plain = 'image,gender,bag\na.jpg,male,None\nb.jpg,female,\nc.jpg,male,Bag\n';

describe('a table', () => {
  test('has one path and any number of labels a row, in codes of alphabetical classes', async () => {
    const { table } = await read(plain);
    expect(table.schema).toEqual({ gender: ['female', 'male'], bag: ['Bag', 'None'] });
    expect([...table.labels]).toEqual([1, 1, 0, -1, 1, 0]);
    expect([table.length, table.imageColumn, table.pathOf(2)]).toEqual([3, 'image', 'c.jpg']);
  });

  test('keeps the class None apart from an empty cell, which loses no row', async () => {
    expect(await said(plain)).toEqual([
      ['a.jpg', 'male', 'None'],
      ['b.jpg', 'female', null],
      ['c.jpg', 'male', 'Bag'],
    ]);
  });

  test.each([
    ['semicolons', plain.replaceAll(',', ';')],
    ['tabs', plain.replaceAll(',', '\t')],
    ['a byte order mark', `\uFEFF${plain}`],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
    ['no last line end', plain.trimEnd()],
    ['empty lines', plain.replace('b.jpg', '\n\nb.jpg')],
    ['spaces around labels', plain.replace('male,', ' male ,')],
    ['quotes', plain.replaceAll(/[a-zA-Z.]+/g, '"$&"')],
  ])('may have %s', async (_, text) => {
    expect(await said(text)).toEqual(await said(plain));
  });

  test('may have quotes, separators and line ends inside a value, and UTF-8 names', async () => {
    const text = 'image,Größe\n"ein ""Bild"", é.jpg",groß\nb.jpg,"klein,\nfein"\n';
    expect(await said(text)).toEqual([
      ['ein "Bild", é.jpg', 'groß'],
      ['b.jpg', 'klein,\nfein'],
    ]);
  });

  test('writes a class in one Unicode form', async () => {
    const { table } = await read('image,a\n1.jpg,e\u0301\n2.jpg,\u00e9\n3.jpg,x\n');
    expect(table.schema).toEqual({ a: ['x', '\u00e9'] });
  });

  test('has its classes from the whole of it, not from a subset', async () => {
    const { table } = await read(plain);
    const first = table.first(2);
    expect([first.length, first.schema]).toEqual([2, table.schema]);
    expect([...table.subset(Int32Array.of(2, 0)).labels]).toEqual([1, 0, 1, 1]);
  });
});

describe('columns', () => {
  const text =
    'id,filename,gender,score,empty,same,note,image_path\n' +
    '1,x/1.jpg,m,0.5,,k,n,a/1.jpg\n2,x/2.jpg,f,0.25,,k,n,a/2.jpg\n3,x/3.jpg,m,0.1,,k,,a/3.jpg\n';

  test('are chosen by what they hold, and the others named with the reason', async () => {
    const { table, ignored } = await read(text);
    expect([table.imageColumn, table.schema]).toEqual(['image_path', { gender: ['f', 'm'] }]);
    expect(Object.fromEntries(ignored.map(({ name, reason }) => [name, reason]))).toEqual({
      filename: 'holds paths of files',
      id: 'has another value in every row',
      score: 'has another value in every row',
      empty: 'is empty',
      same: 'says "k" everywhere',
      note: 'says "n" everywhere',
    });
  });

  test('can be chosen by name, in the order given', async () => {
    const options = { imageColumn: 'filename', attributes: ['score', 'gender'] };
    const { table } = await read(text, options);
    expect(table.pathOf(0)).toBe('x/1.jpg');
    expect(table.schema).toEqual({ score: ['0.1', '0.25', '0.5'], gender: ['f', 'm'] });
  });

  test('can be ignored', async () => {
    const { table } = await read(plain, { ignore: ['gender'] });
    expect(table.names).toEqual(['bag']);
  });

  test('with more than 256 classes hold none', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => `${i}.jpg,${i % 300},${i % 2}`);
    const { table, ignored } = await read(`image,number,odd\n${rows.join('\n')}\n`);
    expect(table.names).toEqual(['odd']);
    expect(ignored).toEqual([{ name: 'number', reason: 'has more than 256 different values' }]);
  });

  test('may group rows', async () => {
    const grouped = 'image,who,g\na.jpg,x,m\nb.jpg,y,f\nc.jpg,x,m\nd.jpg,,f\ne.jpg,,f\n';
    const { table } = await read(grouped, { groupColumn: 'who' });
    const [a, b, c, d, e] = table.groups ?? [];
    expect([a === c, new Set([a, b, d, e]).size, table.names]).toEqual([true, 4, ['g']]);
  });

  test('group rows whatever the spaces and the form of Unicode; a blank is no group', async () => {
    const cells = ['e\u0301', '\u00e9 ', ' \u00e9', ' ', '  ', ''];
    const rows = cells.map((cell, i) => `${i}.jpg,${cell},${i % 2 === 0 ? 'm' : 'f'}`);
    const { table } = await read(`image,who,g\n${rows.join('\n')}\n`, { groupColumn: 'who' });
    const [first, second, third, ...blanks] = table.groups ?? [];
    expect([second, third]).toEqual([first, first]);
    expect(new Set([first, ...blanks]).size).toBe(4);
  });
});

describe('a schema given', () => {
  const schema = { bag: ['None', 'Bag', 'Case'], gender: ['male', 'female'] } as const;

  test('decides the order of attributes and classes', async () => {
    const { table } = await read(plain, { schema });
    expect([...table.labels]).toEqual([0, 0, -1, 1, 1, 0]);
    expect(table.schema).toBe(schema);
  });

  test('refuses another class with line, column and the nearest one', async () => {
    await expect(read(plain.replace('c.jpg,male', 'c.jpg,mael'), { schema })).rejects.toThrow(
      `${folder}/labels.csv line 4, column gender: expected one of male, female, got "mael". ` +
        'Did you mean "male"?',
    );
  });
});

describe('paths', () => {
  test('are brought to one form, and the second row of a picture is found', async () => {
    const { table, twins } = await read('image,g\na/b.jpg,m\n./a/c.jpg,f\na\\x\\..\\b.jpg,m\n');
    expect([0, 1, 2].map((row) => table.pathOf(row))).toEqual(['a/b.jpg', 'a/c.jpg', 'a/b.jpg']);
    expect(twins).toEqual([{ row: 2, earlier: 0 }]);
  });

  test('know their line even after values of several lines', async () => {
    const { table } = await read('image,g\n"a.jpg","m\nm"\nb.jpg,f\n');
    expect(await table.lineOf(1)).toBe(4);
  });
});

describe('one-hot columns', () => {
  test('have the attribute as prefix, one 1 a label and none where it is missing', async () => {
    const { table } = await read(plain);
    expect(oneHotColumns(table.schema)).toEqual([
      'gender_female',
      'gender_male',
      'bag_Bag',
      'bag_None',
    ]);
    expect([...oneHot(table)]).toEqual([0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0]);
  });
});

describe('a table that cannot be used is refused:', () => {
  const refused: [string, string, string, ReadTableOptions<AttributeSchema>?][] = [
    ['empty', '', ': expected a table with a header, got an empty file.'],
    ['without rows', 'image,g\n', ': expected rows below the header, got none.'],
    [
      'without a header',
      'a.jpg,male\nb.jpg,female\nc.jpg,male\n',
      ' line 1: expected the names of the columns, got "a.jpg", the path of a picture. ' +
        'Put a line with a name for each column above it.',
    ],
    ['one row alone', 'a.jpg,male\n', ' line 1: expected the names of the columns, got "a.jpg"'],
    [
      'without paths',
      'a,b\n1,2\n',
      ': expected a column with paths of pictures (.jpg, .png, .webp, .gif), got a, b. ' +
        'Name it with imageColumn (--image-column).',
    ],
    [
      'no such image column',
      plain,
      ': expected a column "imag" among image, gender, bag, got none. Did you mean "image"?',
      { imageColumn: 'imag' },
    ],
    [
      'no such label column',
      plain,
      ': expected a column "gendr" among image, gender, bag, got none. Did you mean "gender"?',
      { attributes: ['gendr'] },
    ],
    [
      'a label column asked for twice',
      plain,
      ': expected every attribute to be a column of its own, got "gender" twice. Name it once.',
      { attributes: ['gender', 'bag', 'gender '] },
    ],
    [
      'a label column asked for in two forms of Unicode',
      'image,\u00e9\na.jpg,m\nb.jpg,f\n',
      ': expected every attribute to be a column of its own, got "\u00e9" twice. Name it once.',
      { attributes: ['e\u0301', '\u00e9'] },
    ],
    [
      'no such column to ignore',
      plain,
      ': expected a column "bags" among image, gender, bag, got none. Did you mean "bag"?',
      { ignore: ['bags'] },
    ],
    [
      'two columns of one name',
      'image,g,g\na.jpg,1,2\n',
      ' line 1: expected columns of different names, got "g" twice. Rename one.',
    ],
    [
      'a number as attribute',
      'image,7\na.jpg,x\nb.jpg,y\n',
      ': expected attributes to have names that are no whole numbers, got "7". Rename it.',
    ],
    [
      'an empty attribute',
      'image,g,h\na.jpg,m,\nb.jpg,f,\n',
      ': expected column "h" to hold a label of two or more classes, got one that is empty. Leave it out.',
      { attributes: ['g', 'h'] },
    ],
    [
      'no attribute at all',
      'image,h\na.jpg,x\nb.jpg,x\n',
      ': expected at least one column of labels, got none: "h" says "x" everywhere.',
    ],
    [
      'no path',
      'image,g\na.jpg,m\n,f\n',
      ' line 3, column image: expected the path of a picture, got an empty cell. Fill it in.',
    ],
    [
      'too few values',
      'image,g\na.jpg,m\n\nb.jpg\n',
      ' line 4: expected 2 values like the header, got 1. Put quotes around values with a "," in them.',
    ],
    [
      'a quote left open',
      'image,g\na.jpg,"m\nb.jpg,f\n',
      ' line 2: expected a second quote after the first, got the end of the file. Close the quote.',
    ],
    [
      'a quote inside a value',
      'image,g\na.jpg,m\nb"c.jpg,f\n',
      ' line 3: expected quotes around values alone, got one inside a value. ' +
        'Put quotes around the whole value and write each one inside it twice.',
    ],
    [
      'text after a quote',
      'image,g\n"a"x.jpg,f\n',
      " line 2: expected a , or the line's end after a quoted value, got more text. ",
    ],
  ];
  test.each(refused)('%s', async (_, text, message, options = {}) => {
    await expect(read(text, options)).rejects.toThrow(`${folder}/labels.csv${message}`);
  });

  test('in UTF-16, or with letters that are no UTF-8', async () => {
    await expect(read(Buffer.from(`\uFEFF${plain}`, 'utf16le'))).rejects.toThrow(
      'labels.csv: expected a table in UTF-8, got UTF-16 or no text at all. Save it as CSV in UTF-8.',
    );
    const remedy =
      'expected text in UTF-8, got bytes that are none. Save the table as CSV in UTF-8.';
    const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
    await expect(read(latin('image,size\na.jpg,klein\nb.jpg,groß\n'))).rejects.toThrow(
      `labels.csv line 3, column size: ${remedy}`,
    );
    await expect(read(latin('image,g\nä.jpg,m\nb.jpg,f\n'))).rejects.toThrow(
      `labels.csv line 2, column image: ${remedy}`,
    );
    await expect(read(latin('image,größe\na.jpg,m\nb.jpg,f\n'))).rejects.toThrow(
      `labels.csv line 1: ${remedy}`,
    );
  });

  test('no file', async () => {
    await expect(readTable(`${folder}/none.csv`)).rejects.toThrow(
      `${folder}/none.csv: expected a table (CSV), got no such file or folder (ENOENT).`,
    );
  });

  test('an unknown option', async () => {
    await expect(readTable('x.csv', { ignored: [] } as object)).rejects.toThrow(
      'readTable: expected options to be among imageColumn, attributes, ignore, groupColumn, schema, ' +
        'got "ignored". Did you mean "ignore"?',
    );
    const both = { schema: { g: ['m', 'f'] }, attributes: ['g'] };
    await expect(readTable('x.csv', both)).rejects.toThrow(
      'readTable: expected attributes to be left out beside schema, which names them, got ["g"].',
    );
  });
});
