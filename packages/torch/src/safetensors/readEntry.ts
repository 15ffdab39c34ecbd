import { FORMAT_DTYPES } from './formatDtype.ts';
import type { SafetensorsEntry } from './header.ts';
import type { HeaderScanner } from './headerScanner.ts';
import type { Refuse } from './safetensorsError.ts';
import { quote, tensorRefuser } from './safetensorsError.ts';

interface Fields {
  dtype?: string;
  shape?: number[];
  data_offsets?: number[];
}

/**
 * Reads what the header says of one tensor: `{"dtype": …, "shape": […], "data_offsets": [begin, end]}`.
 *
 * @throws {SafetensorsError} if a field is missing, repeated, unknown or of another type, if the
 *   element type is unknown, or if the byte range does not fit shape and element type.
 */
export function readEntry(scanner: HeaderScanner, name: string, path: string): SafetensorsEntry {
  const refuse = tensorRefuser(path, name);
  const { dtype, shape, data_offsets: offsets } = readFields(scanner, refuse);
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    return refuse('entryMissing', 'described by dtype, shape and data_offsets', 'fewer fields');
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2) {
    return refuse('entryType', 'at two data_offsets', `${offsets.length} of them`);
  }
  if (end < begin)
    refuse('offsetsOrder', 'at bytes that end after they begin', `${begin} to ${end}`);
  checkByteLength({ name, dtype, shape, begin, end }, refuse);
  return { name, dtype, shape, begin, end };
}

function readFields(scanner: HeaderScanner, refuse: Refuse): Fields {
  const fields: Fields = {};
  if (!scanner.nextIs('{')) refuse('entryType', 'described by an object', 'something else');
  scanner.object((key) => {
    if (Object.hasOwn(fields, key))
      refuse('duplicateKey', 'free of repeated fields', `${key} twice`);
    if (key === 'dtype') fields.dtype = readText(scanner, refuse);
    else if (key === 'shape' || key === 'data_offsets') fields[key] = readNaturals(scanner, refuse);
    else refuse('entryKey', 'described by dtype, shape and data_offsets alone', quote(key));
  });
  return fields;
}

function readText(scanner: HeaderScanner, refuse: Refuse): string {
  if (!scanner.nextIs('"')) refuse('entryType', 'of a dtype given as a string', 'something else');
  return scanner.string();
}

function readNaturals(scanner: HeaderScanner, refuse: Refuse): number[] {
  if (!scanner.nextIs('[')) refuse('entryType', 'described by lists of numbers', 'something else');
  return scanner.naturals(refuse);
}

function checkByteLength(entry: SafetensorsEntry, refuse: Refuse): void {
  const { dtype, shape, begin, end } = entry;
  const bits = FORMAT_DTYPES.get(dtype)?.bits;
  if (bits === undefined) {
    return refuse(
      'unknownDtype',
      `of a dtype among ${[...FORMAT_DTYPES.keys()].join(', ')}`,
      quote(dtype),
    );
  }
  const size = sizeInBits(shape, bits);
  const sizes = `${dtype} of shape (${shape.join(', ')})`;
  if (!Number.isSafeInteger(size)) refuse('overflow', 'smaller than 2^53 bits', sizes);
  if (size % 8 !== 0) refuse('misaligned', 'a whole number of bytes', `${size} bits for ${sizes}`);
  if (end - begin !== size / 8) {
    refuse('byteLength', `${size / 8} bytes long as ${sizes}`, `bytes ${begin} to ${end}`);
  }
}

/** Stays past 2^53 once it is there: a length of 0 further on must not hide the overflow. */
function sizeInBits(shape: readonly number[], bits: number): number {
  let size = bits;
  for (const length of shape) size = Number.isSafeInteger(size) ? size * length : size;
  return size;
}
