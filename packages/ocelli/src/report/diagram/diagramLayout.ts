import { graphlib, layout } from '@dagrejs/dagre';
import type { Diagram, DiagramBox, DiagramEdge, DiagramGroup } from '../../models/diagram.ts';
import { grouped } from '../numbers.ts';
import { sizeWords } from './sizeWords.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where something stands: the middle and the size, in pixels. */
export interface Placed extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedBox extends Placed {
  readonly box: DiagramBox;
  /** What is written in it, the title first. */
  readonly words: readonly string[];
}

export interface PlacedEdge {
  readonly edge: DiagramEdge;
  readonly points: readonly Point[];
  /** Where the shape is written; absent for skips. */
  readonly label?: Placed & { readonly text: string };
}

/** A diagram with a place for everything. */
export interface PlacedDiagram {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly groups: readonly (Placed & { readonly group: DiagramGroup })[];
}

/** Height of a line of text, and the room around the text of a box, in pixels. */
export const text = { line: 15, padding: 9 } as const;

/**
 * Gives boxes, arrows and frames their places: layers from top to bottom, towers side by side.
 *
 * @see Gansner et al. 1993, A Technique for Drawing Directed Graphs, by which dagre works
 */
export function placeDiagram(diagram: Diagram): PlacedDiagram {
  const graph = new graphlib.Graph({ compound: true, multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: 22, ranksep: 20, marginx: 16, marginy: 16 });
  for (const { id } of diagram.groups) graph.setNode(id, {});
  for (const box of diagram.boxes) graph.setNode(box.id, sizeOf(wordsOf(box)));
  for (const { id, group } of [...diagram.groups, ...diagram.boxes]) {
    if (group !== undefined) graph.setParent(id, group);
  }
  for (const edge of diagram.edges) graph.setEdge(edge.from, edge.to, labelSize(edge));
  layout(graph);
  keepOrder(graph, diagram);
  const { width = 0, height = 0 } = graph.graph() as Partial<Placed>;
  const placed = (id: string): Placed => graph.node(id) as Placed; // as laid out
  const lower = roomForTitles(diagram.groups.map(({ id }) => placed(id)));
  return {
    width: Math.ceil(width),
    height: Math.ceil(lower(height)),
    boxes: diagram.boxes.map((box) => ({
      ...moved(placed(box.id), lower),
      box,
      words: wordsOf(box),
    })),
    groups: diagram.groups.map((group) => ({ ...stretched(placed(group.id), lower), group })),
    edges: diagram.edges.map((edge) => {
      return placedEdge(edge, graph.edge(edge.from, edge.to) as EdgePlace, lower);
    }),
  };
}

/** Outputs stand in the order they were declared in: the layout may give the mirror image. */
function keepOrder(graph: graphlib.Graph, { boxes }: Diagram): void {
  const outputs = boxes.filter(({ kind }) => kind === 'output');
  const at = (box: DiagramBox | undefined): number => (box ? (graph.node(box.id) as Placed).x : 0);
  if (at(outputs[0]) <= at(outputs.at(-1))) return;
  const { width = 0 } = graph.graph() as Partial<Placed>;
  const mirror = (point: { x?: number }): void => {
    if (point.x !== undefined) point.x = width - point.x;
  };
  for (const id of graph.nodes()) mirror(graph.node(id) as { x: number });
  for (const edge of graph.edges()) {
    const place = graph.edge(edge) as { x?: number; points: { x: number }[] };
    mirror(place);
    place.points.forEach(mirror);
  }
}

/** Where a height goes when there is more room above it. */
type Lower = (y: number) => number;

/** Frames have their titles at the top, for which the layout leaves no room: all below gives way. */
function roomForTitles(frames: readonly Placed[]): Lower {
  const tops = [...new Set(frames.map(({ y, height }) => Math.round(y - height / 2)))];
  return (y) => y + text.line * tops.filter((top) => top < y - 1).length;
}

function moved({ x, y, width, height }: Placed, lower: Lower): Placed {
  return { x, y: lower(y), width, height };
}

function stretched({ x, y, width, height }: Placed, lower: Lower): Placed {
  const [top, bottom] = [lower(y - height / 2), lower(y + height / 2)];
  return { x, y: (top + bottom) / 2, width, height: bottom - top };
}

type EdgePlace = Partial<Placed> & { readonly points: readonly Point[] };

function placedEdge(edge: DiagramEdge, place: EdgePlace, lower: Lower): PlacedEdge {
  const points = place.points.map(({ x, y }) => ({ x, y: lower(y) }));
  const { x, y, width = 0, height = 0 } = place;
  const words = shapeText(edge);
  if (words === '' || x === undefined || y === undefined) return { edge, points };
  return { edge, points, label: { ...moved({ x, y, width, height }, lower), text: words } };
}

function wordsOf({ title, lines, parameters, kind }: DiagramBox): string[] {
  const numbers = parameters === 0 ? [] : [`${grouped(parameters)} parameters`];
  const isEnd = kind === 'input' || kind === 'output';
  return [title, ...lines.filter((line) => line !== ''), ...(isEnd ? [] : numbers)];
}

function sizeOf([title = '', ...lines]: readonly string[]): { width: number; height: number } {
  const widest = Math.max(
    sizeWords(title, 12, true),
    ...lines.map((line) => sizeWords(line, 10.5)),
  );
  return {
    width: Math.ceil(Math.max(72, widest) + 2 * text.padding + 6),
    height: text.line * (1 + lines.length) + 2 * text.padding - 4,
  };
}

function labelSize(edge: DiagramEdge) {
  const words = shapeText(edge);
  const size = words === '' ? {} : { width: sizeWords(words, 10) + 8, height: 14, labelpos: 'c' };
  // A chain stays straight: what goes around it gives way.
  return { ...size, weight: edge.skips ? 0 : 4, minlen: 1 };
}

function shapeText({ shape, skips }: DiagramEdge): string {
  return skips === true ? '' : shape.join(' × ');
}
