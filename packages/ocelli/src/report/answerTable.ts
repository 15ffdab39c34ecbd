import { type HeadAnswer, rankedLabels } from '../train/predict/predictor.ts';
import { csvLine } from '../data/csvLine.ts';
import { percent } from './numbers.ts';
import { type Column, textTable } from './table.ts';

/** What is said about one picture. */
export interface PictureAnswer {
  readonly picture: string;
  readonly heads: readonly HeadAnswer[];
}

/** What stands for an answer that is not sure enough. */
const unsure = 'unsure';

export interface AnswerTableOptions {
  /** Labels shown of a picture that has one label. */
  readonly top: number;
  /** Widest line, in letters. @default Infinity */
  readonly columns?: number;
}

/**
 * Answers for people: a line a picture with a column an attribute, or a line an attribute where that is
 * wider than the terminal; where a picture has one label, a line for each of the `top` most likely ones.
 * Without answers nothing.
 */
export function answerTable(
  answers: readonly PictureAnswer[],
  { top, columns: widest = Infinity }: AnswerTableOptions,
): string {
  if (answers.length === 0) return '';
  const heads = answers[0]?.heads ?? [];
  if (heads[0]?.attribute === undefined) {
    const columns = [left('picture'), left('label'), right('probability')];
    return textTable(
      columns,
      answers.flatMap((one) => labelRows(one, top)),
    );
  }
  const columns = [left('picture'), ...heads.map(({ attribute = '' }) => left(attribute))];
  const table = textTable(columns, answers.map(attributeRow));
  const isTooWide = table.split('\n').some((line) => line.length > widest);
  return isTooWide ? answers.map(listed).join('\n') : table;
}

/** A picture, and below it a line for each of its attributes. */
function listed({ picture, heads }: PictureAnswer): string {
  const name = Math.max(...heads.map(({ attribute = '' }) => attribute.length));
  const label = Math.max(...heads.map((head) => labelOf(head).length));
  const lines = heads.map((head) => {
    const words = [(head.attribute ?? '').padEnd(name), labelOf(head).padEnd(label)];
    return `  ${words.join('  ')}  ${shortPercent(head.probability).padStart(5)}\n`;
  });
  return `${picture}\n${lines.join('')}`;
}

function left(head: string): Column {
  return { head, align: 'left' };
}

function right(head: string): Column {
  return { head, align: 'right' };
}

function attributeRow({ picture, heads }: PictureAnswer): string[] {
  return [picture, ...heads.map((head) => `${labelOf(head)} ${shortPercent(head.probability)}`)];
}

function labelRows({ picture, heads: [head] }: PictureAnswer, top: number): string[][] {
  if (head === undefined) return [];
  if (head.label === null) return [[picture, unsure, `${percent(head.probability)} %`]];
  return rankedLabels(head)
    .slice(0, top)
    .map(({ label, probability }, index) => [
      index === 0 ? picture : '',
      label,
      `${percent(probability)} %`,
    ]);
}

function labelOf({ label }: HeadAnswer): string {
  return label ?? unsure;
}

function shortPercent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}

/**
 * An answer as JSON: the `top` most likely labels of a picture of one label, or every attribute with all
 * its probabilities. The label is `null` where the head is not sure enough.
 */
export function answerJson({ picture, heads }: PictureAnswer, top: number): object {
  const [head] = heads;
  if (head !== undefined && head.attribute === undefined) {
    return { picture, label: head.label, labels: rankedLabels(head).slice(0, top) };
  }
  const attributes = heads.map(({ attribute = '', label, probability, ...own }) => {
    const probabilities = own.classes.map((name, index) => [name, own.probabilities[index]]);
    return [attribute, { label, probability, probabilities: Object.fromEntries(probabilities) }];
  });
  return { picture, attributes: Object.fromEntries(attributes) };
}

/** Answers as comma-separated values: of each head its label and the probability of every class. */
export function answerCsv(answers: readonly PictureAnswer[]): string {
  const header = answers[0]?.heads.flatMap(({ attribute = 'label', classes }) => [
    attribute,
    ...classes.map((name) => `${attribute}.${name}`),
  ]);
  const rows = answers.map(({ picture, heads }) => [
    picture,
    ...heads.flatMap((head) => [
      labelOf(head),
      ...Array.from(head.probabilities, (one) => one.toFixed(6)),
    ]),
  ]);
  return [['picture', ...(header ?? [])], ...rows].map(csvLine).join('');
}
