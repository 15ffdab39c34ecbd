import { type AnyModule, enableGrad, grad, scope, Tensor } from '@ocelli/torch';
import { countParameters } from './countParameters.ts';
import { diagramGroupOf } from './diagramGroups.ts';
import { type DiagramUnit, diagramUnits, isUnfolded } from './diagramUnits.ts';
import { inEvaluation } from './inEvaluation.ts';
import { describeUnit, type UnitWords } from './layerWords.ts';
import { type Call, type PictureShape, traceCalls } from './trace.ts';

/** One box of a diagram: a layer, several that belong together, or a folded block. */
export interface DiagramBox extends UnitWords {
  readonly id: string;
  /** The group it stands in. */
  readonly group?: string;
  readonly parameters: number;
}

/** What flows from one box to another. */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  /** Without the batch. */
  readonly shape: readonly number[];
  /** Whether it goes around layers: the skip of a residual block. */
  readonly skips?: boolean;
}

/** A frame around boxes. */
export interface DiagramGroup {
  readonly id: string;
  readonly title: string;
  readonly kind: 'trunk' | 'tower' | 'block';
  /** The frame it stands in itself. */
  readonly group?: string;
}

/** A model as boxes and arrows. */
export interface Diagram {
  readonly boxes: readonly DiagramBox[];
  readonly edges: readonly DiagramEdge[];
  readonly groups: readonly DiagramGroup[];
  /** Whether a block is still folded. */
  readonly folded: boolean;
}

export interface DiagramOptions {
  /** How many levels of blocks are opened; Infinity shows every layer by itself. @default 0 */
  unfold?: number;
}

/**
 * Boxes and arrows of a model, from one run on a picture of zeros. Blocks are folded, equal ones in a row
 * are one box, and a convolution has its norm and activation with it.
 *
 * @throws {ShapeError} if a layer does not fit, with its path.
 */
export function modelDiagram(
  model: AnyModule,
  input: PictureShape,
  options: DiagramOptions = {},
): Diagram {
  const { unfold = 0 } = options;
  return scope(() => new Tracing({ model, unfold }).of(traceCalls(model, input), input));
}

/**
 * The diagrams of a model with its blocks folded, opened one level more each time until none is folded,
 * and of every layer by itself. One run is enough for all of them.
 *
 * @throws {ShapeError} if a layer does not fit, with its path.
 */
export function modelDiagramLevels(model: AnyModule, input: PictureShape): Diagram[] {
  return scope(() => {
    const root = traceCalls(model, input);
    const around = new Map<Call, boolean>();
    const at = (unfold: number) => new Tracing({ model, unfold, around }).of(root, input);
    const levels = [at(0)];
    while (levels.at(-1)?.folded === true) levels.push(at(levels.length));
    return [...levels, at(Infinity)];
  });
}

/** A call that is open, and what it draws into. */
interface Place {
  readonly level: number;
  readonly group?: string;
  /** The path of the open call; names in it are told without. */
  readonly path: string;
}

interface TracingOptions {
  readonly model: AnyModule;
  readonly unfold: number;
  /** What is known of calls already: whether they go around their layers. */
  readonly around?: Map<Call, boolean>;
}

class Tracing {
  readonly #model: AnyModule;
  readonly #unfold: number;
  readonly #around: Map<Call, boolean>;
  readonly #boxes: DiagramBox[] = [];
  readonly #edges: DiagramEdge[] = [];
  readonly #groups: DiagramGroup[] = [];
  /** By tensor: the boxes that give it. */
  readonly #givers = new Map<unknown, readonly string[]>();
  readonly #shapes = new Map<string, readonly number[]>();
  #folded = false;

  constructor({ model, unfold, around = new Map() }: TracingOptions) {
    this.#model = model;
    this.#unfold = unfold;
    this.#around = around;
  }

  of(root: Call, input: PictureShape): Diagram {
    const picture = this.#box({ kind: 'input', title: 'picture', lines: [], parameters: 0 }, input);
    this.#givers.set(root.input, [picture]);
    const ends = this.#open(root, [picture], { level: 0, path: '' });
    const outputs = root.output instanceof Tensor ? { logits: root.output } : root.output;
    for (const [name, tensor] of Object.entries(outputs as Record<string, Tensor>)) {
      const shape = tensor.shape.slice(1);
      const lines = [shape.length === 1 ? `${shape[0]} classes` : shape.join(' × ')];
      const end = this.#box({ kind: 'output', title: name, lines, parameters: 0 }, shape);
      this.#connect(this.#givers.get(tensor) ?? ends, end);
    }
    const edges = this.#edges;
    return { boxes: this.#boxes, edges, groups: this.#groups, folded: this.#folded };
  }

  /** Draws what is inside a call. @returns the boxes that give its output. */
  #open(call: Call, entering: readonly string[], place: Place): readonly string[] {
    const first = this.#boxes.length;
    let front = entering;
    for (const unit of diagramUnits(call, this.#foldingAt(place.level))) {
      const [start] = unit.calls;
      front = this.#visit(unit, this.#giversOf(start.input) ?? front, place);
    }
    const givers = this.#givers.get(call.output) ?? front;
    if (!(call.output instanceof Tensor)) return front;
    const own = this.#boxes.slice(first).map(({ id }) => id);
    const used = new Set(this.#edges.map(({ from }) => from));
    const loose = own.filter((id) => !used.has(id) && !givers.includes(id));
    for (const giver of givers) this.#connect(loose, giver);
    if (place.level > 0 && this.#goesAround(call)) {
      for (const giver of givers) this.#connect(entering, giver, { skips: true });
    }
    this.#givers.set(call.output, givers);
    return givers;
  }

  #goesAround(call: Call): boolean {
    const known = this.#around.get(call) ?? scope(() => goesAround(call));
    this.#around.set(call, known);
    return known;
  }

  #visit(unit: DiagramUnit, entering: readonly string[], place: Place): readonly string[] {
    const [call] = unit.calls;
    const group = diagramGroupOf(this.#model, call);
    const opens = group?.opens === true || isUnfolded(call, this.#foldingAt(place.level));
    if (unit.calls.length === 1 && call.inner.length > 0 && opens) {
      const isFrame = group?.container !== true;
      const name = within(call.path, place.path);
      const title = group?.title ?? `${name} · ${call.module.constructor.name}`;
      const inside = isFrame ? this.#group(title, group?.kind ?? 'block', place) : place.group;
      const level = group === undefined ? place.level + 1 : place.level;
      const { path } = call;
      return this.#open(call, entering, {
        level,
        path,
        ...(inside !== undefined && { group: inside }),
      });
    }
    this.#folded ||= call.inner.length > 0;
    const modules = new Set(unit.calls.map(({ module }) => module));
    const parameters = [...modules].reduce((sum, one) => sum + countParameters(one).total, 0);
    const frame =
      group === undefined ? place.group : this.#groupNamed(group.title, group.kind, place);
    const words = describeUnit(unit);
    const about = {
      ...words,
      title: within(words.title, place.path),
      parameters,
      ...(frame !== undefined && { group: frame }),
    };
    const last = unit.calls.at(-1) ?? call;
    const id = this.#box(about, last.output instanceof Tensor ? last.output.shape.slice(1) : []);
    const shape = call.input instanceof Tensor ? { shape: call.input.shape.slice(1) } : {};
    this.#connect(entering, id, shape);
    for (const { output } of unit.calls) this.#givers.set(output, [id]);
    return [id];
  }

  #foldingAt(level: number): { readonly opens: boolean; readonly single: boolean } {
    return { opens: level < this.#unfold, single: this.#unfold === Infinity };
  }

  #giversOf(input: unknown): readonly string[] | undefined {
    if (!Array.isArray(input)) return this.#givers.get(input);
    return input.flatMap((tensor) => this.#givers.get(tensor) ?? []);
  }

  #box(about: Omit<DiagramBox, 'id'>, shape: readonly number[]): string {
    const id = `b${this.#boxes.length}`;
    this.#boxes.push({ id, ...about });
    this.#shapes.set(id, shape);
    return id;
  }

  #group(title: string, kind: DiagramGroup['kind'], { group }: Place): string {
    const id = `g${this.#groups.length}`;
    this.#groups.push({ id, title, kind, ...(group !== undefined && { group }) });
    return id;
  }

  #groupNamed(title: string, kind: DiagramGroup['kind'], place: Place): string {
    const there = this.#groups.find((one) => one.title === title && one.kind === kind);
    return there?.id ?? this.#group(title, kind, place);
  }

  #connect(from: readonly string[], to: string, about: Partial<DiagramEdge> = {}): void {
    for (const one of from) {
      if (one === to || this.#edges.some((edge) => edge.from === one && edge.to === to)) continue;
      this.#edges.push({ from: one, to, shape: this.#shapes.get(one) ?? [], ...about });
    }
  }
}

/** A path without that of what it is in. */
function within(path: string, outer: string): string {
  return outer !== '' && path.startsWith(`${outer}.`) ? path.slice(outer.length + 1) : path;
}

/**
 * Whether a block's output depends on its input by a way that passes none of its layers, as a residual's
 * does. The layers that see the input give constants meanwhile.
 */
function goesAround({ module, input, inner }: Call): boolean {
  if (!(input instanceof Tensor)) return false;
  const hooks = inner
    .filter((call) => call.input === input)
    .map((call) =>
      call.module.registerForwardHook((output: unknown) =>
        output instanceof Tensor ? output.detach() : undefined,
      ),
    );
  try {
    return enableGrad(() =>
      inEvaluation(module, () => {
        const watched = input.detach().requiresGrad_();
        const output = (module as { forward(images: Tensor): unknown }).forward(watched);
        if (!(output instanceof Tensor) || !output.requiresGrad) return false;
        return grad(output.sum(), [watched], { allowUnused: true })[0] !== undefined;
      }),
    );
  } finally {
    for (const hook of hooks) hook.remove();
  }
}
