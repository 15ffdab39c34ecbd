import { DataError } from '@ocelli/torch';
import { readRecords } from './csvRecords.ts';
import { csvLine } from '../csvLine.ts';

/** One label that should be another. */
export interface Correction {
  /** The picture's path as the table has it. */
  readonly picture: string;
  readonly attribute: string;
  /** What stands in the table; empty where the label is missing. */
  readonly label: string;
  /** What should stand there; empty to remove the label. */
  readonly proposed: string;
}

/** A correction that a model proposes. */
export interface ProposedCorrection extends Correction {
  /** What it thinks of either, from 0 to 1. */
  readonly labelProbability: number;
  readonly proposedProbability: number;
}

const COLUMNS = ['picture', 'attribute', 'label', 'proposed'] as const;

/** Proposed corrections as CSV, in the order given; lines that are deleted are not applied. */
export function correctionsCsv(corrections: readonly ProposedCorrection[]): string {
  const lines = corrections.map((one) => [
    ...COLUMNS.map((name) => one[name]),
    one.labelProbability.toFixed(4),
    one.proposedProbability.toFixed(4),
  ]);
  const header = [...COLUMNS, 'label_probability', 'proposed_probability'];
  return [header, ...lines].map(csvLine).join('');
}

/**
 * Reads corrections; other columns than the four are left alone.
 *
 * @throws {DataError} if one of the four columns is missing, or a line names no picture or attribute.
 */
export async function readCorrections(file: string): Promise<Correction[]> {
  const corrections: Correction[] = [];
  let places: readonly number[] | undefined;
  await readRecords(file, (record) => {
    if (places === undefined) {
      places = placesIn(file, record);
      return;
    }
    const [picture = '', attribute = '', label = '', proposed = ''] = places.map(
      (index) => record[index]?.trim() ?? '',
    );
    if (picture === '' || attribute === '') {
      throw new DataError(
        `${file}: expected every correction to name a picture and an attribute, ` +
          `got "${record.join(',')}".`,
      );
    }
    corrections.push({ picture, attribute, label, proposed });
  });
  return corrections;
}

function placesIn(file: string, header: readonly string[]): readonly number[] {
  return COLUMNS.map((name) => {
    const index = header.findIndex((cell) => cell.trim() === name);
    if (index >= 0) return index;
    throw new DataError(
      `${file}: expected the columns ${COLUMNS.join(', ')}, got ${header.join(', ')}.`,
    );
  });
}
