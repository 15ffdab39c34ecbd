import type { Dice } from './dice.ts';
import { d, group, oval, shape, stroke } from './vector.ts';

/** Side of the square that a picture is drawn in. */
export const CANVAS = 224;

const WALLS = [
  '#d7e3ea',
  '#e9dcc9',
  '#cfe0cf',
  '#e6d3dc',
  '#c9cfe2',
  '#ded9d0',
  '#b9c7c9',
  '#efe6cf',
] as const;
const FLOORS = ['#b79f83', '#8e969b', '#a7a08f', '#9fb08a', '#7d756c', '#c0b6a5'] as const;

/** A place for a person to stand in: a street, a park, a room or a plain wall. */
export function background(dice: Dice): string {
  const wall = shape('M0 0H224V224H0Z', dice.pick(WALLS));
  const horizon = dice.between(150, 196);
  const floor = shape(d`M0 ${horizon}H224V224H0Z`, dice.pick(FLOORS));
  const things = dice.pick([street, park, room, plain])(dice, horizon);
  return wall + things + floor;
}

function street(dice: Dice, horizon: number): string {
  const houses = [0, 1, 2, 3].map((i) => {
    const [x, width, top] = [
      i * 58 - dice.between(0, 14),
      dice.between(44, 60),
      dice.between(14, 96),
    ];
    const walls = shape(
      d`M${x} ${top}H${x + width}V${horizon}H${x}Z`,
      dice.pick(['#c2a79a', '#a9b2bd', '#cbb98f', '#9aa79d', '#b99c9c']),
    );
    const windows = [0, 1, 2, 3].map((row) =>
      [8, 28]
        .map((dx) =>
          shape(
            d`M${x + dx} ${top + 10 + row * 26}h12v14h-12Z`,
            dice.chance(0.3) ? '#f4df9a' : '#6f8296',
          ),
        )
        .join(''),
    );
    return walls + windows.join('');
  });
  return houses.join('');
}

function park(dice: Dice, horizon: number): string {
  const trees = [0, 1, 2].map((i) => {
    const [x, y] = [30 + i * 78 + dice.between(-22, 22), horizon - dice.between(52, 92)];
    const green = dice.pick(['#6fa05c', '#87b06a', '#5b8f63', '#9bb86a']);
    return (
      stroke(d`M${x} ${horizon}V${y}`, '#8a6a4c', 9) +
      oval({ x, y, rx: dice.between(24, 38), ry: dice.between(28, 44) }, green)
    );
  });
  const cloud = oval(
    { x: dice.between(20, 200), y: dice.between(14, 44), rx: 30, ry: 9 },
    '#ffffff',
    'opacity="0.7"',
  );
  return cloud + trees.join('');
}

function room(dice: Dice, horizon: number): string {
  const x = dice.between(4, 150);
  const frame = group(
    d`translate(${x} ${dice.between(10, 50)})`,
    shape('M0 0H62V52H0Z', dice.pick(['#8a6f55', '#f6f3ec', '#5c6670'])),
    shape('M5 5H57V47H5Z', dice.pick(['#a9cbe0', '#e0b58f', '#b7d3ac', '#d9c3dd'])),
  );
  const lamp = dice.chance(0.5)
    ? stroke(d`M${218 - x} 0V26`, '#5c6670', 3) +
      shape(d`M${204 - x} 40L${212 - x} 24H${224 - x}L${232 - x} 40Z`, '#e9c46a')
    : '';
  return frame + lamp + shape(d`M0 ${horizon - 8}H224V${horizon}H0Z`, '#ffffff66');
}

function plain(dice: Dice, horizon: number): string {
  const y = dice.between(30, horizon - 30);
  return shape(d`M0 ${y}H224V${horizon}H0Z`, '#00000012');
}
