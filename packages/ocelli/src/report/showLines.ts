import { epochLine, evaluationLine } from './lines.ts';
import type { Output } from './output.ts';
import type { Showing } from './showing.ts';

/** One line an epoch, and the last evaluation at the end. */
export function showLines(out: Output): Showing {
  let lastEvaluation = '';
  return {
    endLine() {},
    show(event) {
      if (event.type === 'epochEnded') out.write(`${epochLine(event)}\n`);
      if (event.type === 'evaluationEnded') lastEvaluation = `${evaluationLine(event)}\n`;
      if (event.type === 'runEnded') out.write(lastEvaluation);
    },
  };
}
