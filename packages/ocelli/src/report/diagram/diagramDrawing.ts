import type { Diagram, DiagramBox, DiagramGroup } from '../../models/diagram.ts';
import type { Drawing } from '../charts/chart.ts';
import { escapeText } from '../charts/lineChart.ts';
import { light } from '../charts/palette.ts';
import { diagramColours as colours } from './diagramColours.ts';
import {
  type Placed,
  type PlacedBox,
  placeDiagram,
  type PlacedDiagram,
  type PlacedEdge,
  text,
} from './diagramLayout.ts';

/** Paper, border and words of a kind of box. */
interface Look {
  readonly paper: string;
  readonly edge: string;
  readonly ink: string;
}

const blue = { paper: colours.convolution, edge: light.train, ink: light.ink };
const looks: Readonly<Record<DiagramBox['kind'], Look>> = {
  input: { paper: colours.input, edge: colours.input, ink: light.onFill },
  convolution: blue,
  block: { ...blue, paper: colours.block },
  dense: { paper: colours.dense, edge: light.validation, ink: light.ink },
  pool: { paper: colours.pool, edge: light.faint, ink: light.ink },
  merge: { paper: colours.merge, edge: colours.skip, ink: light.ink },
  layer: { paper: light.paper, edge: light.faint, ink: light.ink },
  output: { paper: colours.output, edge: colours.output, ink: light.onFill },
};

const frames: Readonly<Record<DiagramGroup['kind'], Omit<Look, 'ink'>>> = {
  trunk: { paper: colours.trunk, edge: colours.trunkEdge },
  tower: { paper: colours.tower, edge: colours.towerEdge },
  block: { paper: 'none', edge: colours.blockEdge },
};

/** Draws a model as boxes and arrows, to stand alone or in a page. */
export function diagramDrawing(diagram: Diagram): Drawing {
  const placed = placeDiagram(diagram);
  const content = [
    ...placed.groups.map(drawnFrame),
    ...placed.edges.map(drawnArrow),
    ...placed.boxes.map(drawnBox),
    ...placed.edges.map((edge) => drawnLabel(edge, paperBehind(diagram, edge))),
    ...placed.groups.map((one) => drawnTitle(one, paperIn(diagram.groups, one.group.id))),
  ];
  const { width, height } = placed;
  return { width, height, content: content.filter((part) => part !== '').join('\n') };
}

function corner({ x, y, width, height }: Placed): { left: number; top: number } {
  return { left: rounded(x - width / 2), top: rounded(y - height / 2) };
}

function rectangle(place: Placed, about: string): string {
  const { left, top } = corner(place);
  return `<rect x="${left}" y="${top}" width="${rounded(place.width)}" height="${rounded(place.height)}" ${about}/>`;
}

function drawnFrame({ group, ...place }: PlacedDiagram['groups'][number]): string {
  const { paper, edge } = frames[group.kind];
  return rectangle(place, `rx="8" fill="${paper}" stroke="${edge}"`);
}

function drawnTitle({ group, ...place }: PlacedDiagram['groups'][number], paper: string): string {
  const { left, top } = corner(place);
  const about = { x: left + 8, y: top + 14, size: 10.5, ink: light.faint, bold: true };
  // An arrow that passes behind the title would cross it out.
  const size = { width: 6.6 * group.title.length + 6, height: 15 };
  const behind = { x: left + 5 + size.width / 2, y: top + 10.5, ...size };
  return rectangle(behind, `fill="${paper}"`) + words(group.title, about);
}

function drawnBox({ box, words: lines, ...place }: PlacedBox): string {
  const { paper, edge, ink } = looks[box.kind];
  const { left, top } = corner(place);
  const round = box.kind === 'input' || box.kind === 'output' ? 14 : 5;
  const own = rectangle(place, `rx="${round}" fill="${paper}" stroke="${edge}"`);
  // What is folded looks like a pile of sheets.
  const behind = { ...place, x: place.x + 4, y: place.y + 4 };
  const pile =
    box.kind === 'block' ? rectangle(behind, `rx="5" fill="${paper}" stroke="${edge}"`) : '';
  const written = lines.map((line, index) =>
    words(line, {
      x: left + place.width / 2,
      y: top + text.padding + 9 + index * text.line,
      size: index === 0 ? 12 : 10.5,
      ink: index === 0 || ink !== light.ink ? ink : colours.words,
      bold: index === 0,
      middle: true,
    }),
  );
  return `<g><title>${escapeText(box.path ?? box.title)}</title>${pile}${own}${written.join('')}</g>`;
}

function drawnArrow({ edge, points }: PlacedEdge): string {
  const [first, ...rest] = points;
  const last = points.at(-1);
  const before = points.at(-2);
  if (first === undefined || last === undefined || before === undefined) return '';
  const dashes = edge.skips === true ? ' stroke-dasharray="4 3"' : '';
  const colour = edge.skips === true ? colours.skip : light.faint;
  // Corners become curves from the middle of one part to the middle of the next.
  const way = rest.map((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) return `L${at(point)}`;
    return `Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  const line = `<path d="M${at(first)}${way.join('')}" fill="none" stroke="${colour}" stroke-width="1.3"${dashes}/>`;
  return `${line}${arrowHead(before, last, colour)}`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Drawn by itself: markers of a hidden drawing on the same page would be missing. */
function arrowHead(from: Point, to: Point, colour: string): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [along, across] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const side = (sign: number): Point => ({
    x: to.x - 7 * along - sign * 3.5 * across,
    y: to.y - 7 * across + sign * 3.5 * along,
  });
  return `<path d="M${at(to)}L${at(side(1))}L${at(side(-1))}Z" fill="${colour}"/>`;
}

/** The paper inside a frame, or of the page where there is none. */
function paperIn(groups: Diagram['groups'], id: string | undefined): string {
  const frame = groups.find((one) => one.id === id);
  if (frame === undefined) return light.paper;
  const { paper } = frames[frame.kind];
  return paper === 'none' ? paperIn(groups, frame.group) : paper;
}

/** What an arrow lies on: the paper of the frame that both its ends stand in, if there is one. */
function paperBehind({ boxes, groups }: Diagram, { edge }: PlacedEdge): string {
  const [from, to] = [edge.from, edge.to].map((id) => boxes.find((box) => box.id === id)?.group);
  return paperIn(groups, from === to ? from : undefined);
}

function drawnLabel({ label }: PlacedEdge, paper: string): string {
  if (label === undefined) return '';
  const behind = rectangle(label, `rx="3" fill="${paper}" fill-opacity="0.9"`);
  const about = { x: label.x, y: label.y + 3.5, size: 10, ink: light.faint, middle: true };
  return behind + words(label.text, about);
}

interface WordsOptions extends Point {
  readonly size: number;
  readonly ink: string;
  readonly bold?: boolean;
  readonly middle?: boolean;
}

function words(line: string, { x, y, size, ink, bold, middle }: WordsOptions): string {
  const weight = bold === true ? ' font-weight="700"' : '';
  const anchor = middle === true ? ' text-anchor="middle"' : '';
  return `<text x="${rounded(x)}" y="${rounded(y)}" font-size="${size}" fill="${ink}"${weight}${anchor}>${escapeText(line)}</text>`;
}

function at({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
