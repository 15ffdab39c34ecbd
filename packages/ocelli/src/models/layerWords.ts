import { AvgPool2d, Conv2d, Linear, MaxPool2d } from '@ocelli/torch';
import type { DiagramUnit } from './diagramUnits.ts';
import type { Call } from './trace.ts';

/** What a box says. */
export interface UnitWords {
  readonly kind:
    'input' | 'convolution' | 'dense' | 'pool' | 'block' | 'merge' | 'layer' | 'output';
  /** The name of what it stands for, within the frame around it. */
  readonly title: string;
  /** The whole path of that; nothing for the picture and outputs. */
  readonly path?: string;
  readonly lines: readonly string[];
}

/** Names and kinds of the layers that are one box. */
export function describeUnit({ calls }: DiagramUnit): UnitWords {
  const [first] = calls;
  const last = calls.at(-1) ?? first;
  const isRow = calls.length > 1 && first.inner.length > 0;
  const title = isRow ? `${first.path} … ${lastKey(last.path)}` : first.path;
  const about = { kind: kindOf(first), path: first.path, lines: linesOf(calls) };
  return { ...about, title: title === '' ? 'model' : title };
}

function linesOf(calls: DiagramUnit['calls']): string[] {
  const [first] = calls;
  if (first.inner.length === 0) return [calls.map(layerWords).join(' · ')];
  const kind = first.module.constructor.name;
  const inside = counted(first.inner.map(({ module }) => module.constructor.name));
  if (calls.length > 1) return [`${calls.length} × ${kind}`];
  return kind === 'Sequential' ? [inside] : [kind, inside];
}

/** At most this many kinds are told; the rest is an ellipsis. */
const most = 3;

/** Names with how often each stands there, in the order in which they come. */
function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const words = [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`));
  return words.length > most ? `${words.slice(0, most).join(' · ')} …` : words.join(' · ');
}

function layerWords({ module }: Call): string {
  const name = module.constructor.name;
  const isWindow =
    module instanceof Conv2d || module instanceof MaxPool2d || module instanceof AvgPool2d;
  if (!isWindow) return name;
  const { kernelSize, stride } = module.window;
  const steps = stride[0] === stride[1] ? `${stride[0]}` : stride.join('×');
  return `${name} ${kernelSize.join('×')}${steps === '1' ? '' : ` / ${steps}`}`;
}

function kindOf({ module, inner, input }: Call): UnitWords['kind'] {
  if (Array.isArray(input)) return 'merge';
  if (inner.length > 0) return 'block';
  if (module instanceof Conv2d) return 'convolution';
  if (module instanceof Linear) return 'dense';
  return /pool/i.test(module.constructor.name) ? 'pool' : 'layer';
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
