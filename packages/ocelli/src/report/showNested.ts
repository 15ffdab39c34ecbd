import type { EpochStarted, TrainEvent } from '../train/record/events.ts';
import type { Scores } from '../metrics/scores.ts';
import { attributeLines } from './attributeLines.ts';
import { terminalBlock } from './block.ts';
import { epochsLine } from './epochsBar.ts';
import { epochReport, evaluationLine } from './lines.ts';
import { type Output, usableColumns } from './output.ts';
import type { Showing } from './showing.ts';
import { stepLine } from './stepLine.ts';

/** What the bar of epochs knows, and the evaluation that is shown when the run is over. */
interface Memory {
  epoch?: EpochStarted;
  validation?: Scores;
  seconds: number;
  done: number;
  lastEvaluation: string;
}

/** A bar of epochs over the bar of batches, both staying at the bottom; epoch reports scroll above. */
export function showNested(out: Output): Showing {
  const block = terminalBlock(out);
  const memory: Memory = { seconds: 0, done: 0, lastEvaluation: '' };
  return {
    endLine: () => block.erase(),
    show(event) {
      const { epoch } = memory;
      remember(memory, event);
      if (event.type === 'epochEnded') {
        block.erase();
        for (const line of [epochReport(event), ...attributeLines(event)]) out.write(`${line}\n`);
      } else if (event.type === 'runStopping') block.leave();
      else if (event.type === 'runEnded') {
        if (event.reason === 'completed') block.draw(bars(memory, out, []));
        block.leave();
        out.write(memory.lastEvaluation);
      } else if (epoch !== undefined) {
        const inner = innerLine(event, epoch, out);
        if (inner !== undefined) block.draw(bars(memory, out, [inner]));
      }
    },
  };
}

function remember(memory: Memory, event: TrainEvent): void {
  if (event.type === 'epochStarted') memory.epoch = event;
  if (event.type === 'evaluationEnded') memory.lastEvaluation = `${evaluationLine(event)}\n`;
  if (event.type === 'stepEnded') {
    memory.done = event.epoch - 1 + event.stepInEpoch / event.stepsPerEpoch;
    memory.seconds = event.seconds;
  }
  if (event.type !== 'epochEnded') return;
  memory.done = event.epoch;
  memory.seconds = event.progress.seconds;
  if (event.validation !== undefined) memory.validation = event.validation;
}

function innerLine(event: TrainEvent, epoch: EpochStarted, out: Output): string | undefined {
  if (event.type === 'stepEnded') return stepLine(event, epoch, out);
  if (event.type !== 'evaluationStepEnded') return undefined;
  const { split, done, total } = event;
  return `evaluating: ${done}/${total} of the ${split} set`.slice(0, usableColumns(out));
}

/** The outer bar, and under it what is given. */
function bars(memory: Memory, out: Output, inner: readonly string[]): string[] {
  const { epoch, done, seconds, validation } = memory;
  if (epoch === undefined) return [...inner];
  const { epochs, stepsPerEpoch } = epoch;
  const state = { done, epochs, seconds, ...(validation && { validation }) };
  const counterWidth = 2 * String(stepsPerEpoch).length + '/'.length;
  return [epochsLine(state, counterWidth, usableColumns(out)), ...inner];
}
