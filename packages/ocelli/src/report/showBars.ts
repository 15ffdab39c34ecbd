import type { EpochEnded, EpochStarted } from '../train/record/events.ts';
import { attributeLines } from './attributeLines.ts';
import { epochReport, evaluationLine } from './lines.ts';
import { span } from './numbers.ts';
import type { Output } from './output.ts';
import { drawLines, drawOver } from './pen.ts';
import type { Showing } from './showing.ts';
import { stepLine } from './stepLine.ts';

/** One bar after the other, each followed by the report of its epoch. */
export function showBars(out: Output): Showing {
  const pen = out.isTTY === true ? drawOver(out) : drawLines(out);
  let epoch: EpochStarted | undefined;
  let lastEpoch: EpochEnded | undefined;
  return {
    endLine: () => pen.endLine(),
    show(event) {
      if (event.type === 'epochStarted') {
        epoch = event;
        pen.line(epochHeader(event, lastEpoch));
      } else if (event.type === 'stepEnded' && epoch !== undefined) {
        const line = stepLine(event, epoch, out);
        if (line !== undefined) pen.progress(line, event);
      } else if (event.type === 'evaluationStepEnded') {
        const { split, done, total } = event;
        if (done < total) pen.passing(`evaluating: ${done}/${total} of the ${split} set`);
      } else if (event.type === 'evaluationEnded') pen.line(evaluationLine(event));
      else if (event.type === 'epochEnded') {
        lastEpoch = event;
        for (const line of [epochReport(event), ...attributeLines(event)]) pen.line(line);
      } else if (event.type === 'runStopping') pen.endLine();
    },
  };
}

function epochHeader({ epoch, epochs }: EpochStarted, last: EpochEnded | undefined): string {
  const counter = `Epoch: ${epoch} / ${epochs}`;
  if (last === undefined) return counter;
  const secondsPerEpoch = last.progress.seconds / last.epoch;
  return `${counter} (about ${span(secondsPerEpoch * (epochs - epoch + 1))} to go)`;
}
