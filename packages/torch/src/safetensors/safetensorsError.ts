import { CheckpointError } from '../errors.ts';

/** Which rule of the safetensors format a file breaks. */
export type SafetensorsReason =
  | 'fileTooSmall'
  | 'headerTooLarge'
  | 'headerTruncated'
  | 'headerStart'
  | 'headerEncoding'
  | 'headerJson'
  | 'headerPadding'
  | 'tooManyTensors'
  | 'tooManyStrings'
  | 'tooManyDimensions'
  | 'duplicateName'
  | 'duplicateKey'
  | 'metadataType'
  | 'entryKey'
  | 'entryMissing'
  | 'entryType'
  | 'unknownDtype'
  | 'unsupportedDtype'
  | 'overflow'
  | 'misaligned'
  | 'offsetsOrder'
  | 'byteLength'
  | 'overlap'
  | 'hole'
  | 'dataTruncated'
  | 'trailingBytes'
  | 'name';

/** Facts of a violation, beside the sentence. */
export interface SafetensorsErrorFacts extends ErrorOptions {
  /** The file as the caller named it. */
  path: string;
  /** The tensor the violation is about, if it is about one. */
  tensor?: string;
}

/** A safetensors file, or a request to write one, breaks a rule of the format. */
export class SafetensorsError extends CheckpointError {
  readonly reason: SafetensorsReason;
  readonly path: string;
  readonly tensor: string | undefined;

  constructor(reason: SafetensorsReason, sentence: string, facts: SafetensorsErrorFacts) {
    const { path, tensor, ...options } = facts;
    super(`${path}: ${sentence}`, options);
    this.reason = reason;
    this.path = path;
    this.tensor = tensor;
  }
}

const LONGEST_QUOTE = 80;

/** A name from the file in quotes, cut so that a hostile one cannot flood the terminal. */
export function quote(text: string): string {
  const whole = JSON.stringify(text);
  return whole.length <= LONGEST_QUOTE ? whole : `${whole.slice(0, LONGEST_QUOTE)}…"`;
}

/** Refuses a file: which rule it breaks, the rule in words, and what was found instead. */
export type Refuse = (reason: SafetensorsReason, rule: string, got: string) => never;

const REMEDY = 'The file is damaged or no safetensors file; export it again.';

/**
 * How a file is refused for one part of it.
 *
 * @param subject the part, worded to follow "expected".
 */
export function refuser(path: string, subject: string): Refuse {
  return (reason, rule, got) => {
    const sentence = `expected ${subject} to be ${rule}, got ${got}. ${REMEDY}`;
    throw new SafetensorsError(reason, sentence, { path });
  };
}

/** How a file is refused for one of its tensors. */
export function tensorRefuser(path: string, tensor: string): Refuse {
  return (reason, rule, got) => {
    const sentence = `expected tensor ${quote(tensor)} to be ${rule}, got ${got}. ${REMEDY}`;
    throw new SafetensorsError(reason, sentence, { path, tensor });
  };
}
