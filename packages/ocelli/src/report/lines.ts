import { meanFigure, usualFigures } from '../metrics/bestFigure.ts';
import { baselineOf, type Scores } from '../metrics/scores.ts';
import type { EpochEnded, EvaluationEnded } from '../train/record/events.ts';
import { clock, figure, percent } from './numbers.ts';

/**
 * An evaluation in one line.
 *
 * `Test set: Average loss: 0.5180, Accuracy: 8378/10000 (83.78%)`, or of several attributes
 * `Test set: Average loss: 5.1803, Mean accuracy: 71.25%, All correct: 378/2036 (18.57%)`; figures of
 * one's own follow.
 */
export function evaluationLine(event: Pick<EvaluationEnded, 'split' | 'scores'>): string {
  const { loss, correct, count, accuracy, attributes } = event.scores;
  const name = event.split.charAt(0).toUpperCase() + event.split.slice(1);
  const start = `${name} set: Average loss: ${figure(loss)}`;
  const share = `${correct}/${count} (${percent(correct / count)}%)`;
  const usual =
    attributes === undefined
      ? `${start}, Accuracy: ${share}`
      : `${start}, Mean accuracy: ${percent(accuracy)}%, All correct: ${share}`;
  return [usual, ...metricTexts(event.scores)].join(', ');
}

/** `top2Accuracy: 0.9312`, one for each figure of one's own. */
export function metricTexts(scores: Pick<Scores, 'metrics'>, digits = 4): string[] {
  return Object.entries(scores.metrics ?? {}).map(([name, value]) => {
    return `${name}: ${value === null ? '-' : value.toFixed(digits)}`;
  });
}

/**
 * What an accuracy of one label is to be read against; nothing where it was not measured.
 *
 * `Balanced accuracy: 61.80%, baseline: 71.70% (always cat)`
 */
export function besidesLines({ balancedAccuracy, majorityBaseline }: Scores): string[] {
  if (typeof balancedAccuracy !== 'number' || !majorityBaseline) return [];
  const { label, share } = majorityBaseline;
  return [
    `Balanced accuracy: ${percent(balancedAccuracy)}%, baseline: ${percent(share)}% (always ${label})`,
  ];
}

/**
 * An epoch in one line, its numbers aligned with those of the other epochs. `time` is cumulative and
 * `lr` the value the schedule has reached at the end of the epoch.
 *
 * `epoch:  1/20  lr: 0.0800  train loss: 1.6  train acc: 0.4  val loss: 1.1  val acc: 0.6  time: 25.25`
 */
export function epochLine(event: EpochEnded): string {
  const { epoch, epochs, lr, train, validation, progress } = event;
  const counter = `${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const parts = [`epoch: ${counter}`, `lr: ${figure(lr)}`, scoresText('train', train)];
  if (validation !== undefined) {
    parts.push(scoresText('val', validation));
    parts.push(...metricTexts(validation).map((text) => `val ${text}`));
  }
  return [...parts, `time: ${progress.seconds.toFixed(2)}`].join('  ');
}

function scoresText(name: string, { loss, accuracy }: Scores): string {
  return `${name} loss: ${figure(loss)}  ${name} acc: ${accuracy.toFixed(4)}`;
}

/**
 * An epoch as it is reported under its bar, in the form of the founding runs. `global_step` counts the
 * steps of the whole run, `time` is cumulative and `lr` as in {@link epochLine}.
 *
 * `EPOCH:1, global_step = 98, lr: 0.0800, train loss: 1.25, train acc: 0.50, val loss: 1.15, val acc: 0.60, time: 0:00:20`
 */
export function epochReport(event: EpochEnded): string {
  const { epoch, lr, train, validation, progress } = event;
  const counts = [`EPOCH:${epoch}`, `global_step = ${progress.step}`, `lr: ${figure(lr)}`];
  const parts = [...counts, ...shortScores('train', train)];
  if (validation !== undefined) {
    parts.push(...shortScores('val', validation));
    parts.push(...metricTexts(validation, 2).map((text) => `val ${text}`));
  }
  return [...parts, `time: ${clock(progress.seconds)}`].join(', ');
}

function shortScores(name: string, { loss, accuracy }: Scores): string[] {
  return [`${name} loss: ${loss.toFixed(2)}`, `${name} acc: ${accuracy.toFixed(2)}`];
}

/**
 * Which epoch was best, from the record; never "the last one".
 *
 * @param figures what decided it.
 */
export function bestEpochLine(best: EpochEnded, figures: readonly string[] = usualFigures): string {
  const { epoch, epochs, validation } = best;
  const counter = `best epoch: ${epoch}/${epochs}`;
  if (validation === undefined) return counter;
  const isDeclared = figures.join() !== usualFigures.join();
  const value = isDeclared ? meanFigure(validation, figures) : null;
  const reason = value === null ? '' : `, ${nameOfFigures(figures)}: ${figure(value)}`;
  const baseline = baselineOf(validation);
  const beside = baseline === null ? '' : `, baseline: ${figure(baseline)}`;
  return `${counter}${reason}, val acc: ${validation.accuracy.toFixed(4)}${beside}`;
}

function nameOfFigures(figures: readonly string[]): string {
  return figures.length === 1 ? `val ${figures[0]}` : `mean of val ${figures.join(', ')}`;
}
