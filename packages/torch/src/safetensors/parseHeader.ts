import { checkLayout } from './checkLayout.ts';
import type { SafetensorsEntry, SafetensorsHeader } from './header.ts';
import { LENGTH_BYTES, MAX_TENSORS, METADATA_KEY } from './header.ts';
import { parseHeaderLength } from './headerLength.ts';
import { HeaderScanner } from './headerScanner.ts';
import { readEntry } from './readEntry.ts';
import type { Refuse } from './safetensorsError.ts';
import { quote, refuser } from './safetensorsError.ts';

/** How the header of a safetensors file is read. */
export interface ParseSafetensorsHeaderOptions {
  /** Size of the whole file, in bytes, when `bytes` is only its beginning. @default bytes.length */
  fileSize?: number;
  /** The file's name for messages. @default 'safetensors' */
  path?: string;
}

/**
 * Parses the header of a safetensors file and checks every rule of the format.
 *
 * Stricter than the reference where its parser is laxer than the specification: repeated keys, white
 * space before the first brace, padding other than spaces and unknown fields are refused, and so are
 * headers over `MAX_HEADER_BYTES` or `MAX_TENSORS`.
 *
 * @param bytes the file, or as much of its beginning as holds the header.
 * @throws {SafetensorsError} naming the file, the rule and, where there is one, the tensor.
 * @see https://github.com/huggingface/safetensors#format
 */
export function parseSafetensorsHeader(
  bytes: Uint8Array,
  options: ParseSafetensorsHeaderOptions = {},
): SafetensorsHeader {
  const { fileSize = bytes.length, path = 'safetensors' } = options;
  const dataStart = LENGTH_BYTES + parseHeaderLength(bytes, fileSize, path);
  const text = decodeHeader(bytes.subarray(LENGTH_BYTES, dataStart), refuser(path, 'the header'));
  const { metadata, entries } = parseText(text, path);
  return { metadata, entries: checkLayout(entries, fileSize - dataStart, path), dataStart };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeHeader(bytes: Uint8Array, refuse: Refuse): string {
  const first = bytes[0];
  if (first !== 0x7b) {
    const got = first === undefined ? 'no header' : `byte 0x${first.toString(16)} first`;
    return refuse('headerStart', 'JSON that begins with "{"', got);
  }
  try {
    return UTF8.decode(bytes);
  } catch {
    return refuse('headerEncoding', 'text in UTF-8', 'bytes that are not');
  }
}

interface HeaderContent {
  metadata: ReadonlyMap<string, string>;
  entries: SafetensorsEntry[];
}

function parseText(text: string, path: string): HeaderContent {
  const refuse = refuser(path, 'the header');
  const scanner = new HeaderScanner(text, refuse);
  const names = new Set<string>();
  const content: HeaderContent = { metadata: new Map(), entries: [] };
  scanner.object((name) => {
    if (names.has(name)) refuse('duplicateName', 'free of repeated names', `${quote(name)} twice`);
    names.add(name);
    readMember(scanner, name, content, path);
  });
  if (/[^ ]/.test(scanner.rest())) refuse('headerPadding', 'padded with spaces', 'something else');
  return content;
}

// Scanner, key, target and file are four different things; an object would only hide them.
// eslint-disable-next-line max-params
function readMember(s: HeaderScanner, name: string, content: HeaderContent, path: string): void {
  if (name === METADATA_KEY) {
    content.metadata = readMetadata(s, refuser(path, METADATA_KEY));
    return;
  }
  if (content.entries.length === MAX_TENSORS) {
    refuser(path, 'the header')('tooManyTensors', `about at most ${MAX_TENSORS} tensors`, 'more');
  }
  content.entries.push(readEntry(s, name, path));
}

function readMetadata(scanner: HeaderScanner, refuse: Refuse): Map<string, string> {
  const metadata = new Map<string, string>();
  if (!scanner.nextIs('{')) refuse('metadataType', 'an object of strings', 'something else');
  scanner.object((key) => {
    if (metadata.has(key)) refuse('duplicateKey', 'free of repeated keys', `${quote(key)} twice`);
    if (metadata.size === MAX_TENSORS) {
      refuse('tooManyStrings', `of at most ${MAX_TENSORS} strings`, 'more');
    }
    const isString = scanner.nextIs('"');
    if (!isString) refuse('metadataType', 'an object of strings', `no string at ${quote(key)}`);
    metadata.set(key, scanner.string());
  });
  return metadata;
}
