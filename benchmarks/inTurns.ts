// Our work and that of every peer in turns, so that whatever else the machine does disturbs all alike.
import { type Figure, median } from './benchmark.ts';
import type { Peer } from './peer.ts';

/** What is timed in turns. */
export interface Contest {
  /** Does our work once. @returns its seconds. */
  readonly own: () => number | Promise<number>;
  readonly peers: readonly Peer[];
  /** Follows the name of a mode in the question to a peer. */
  readonly task?: string;
  /** Turns that count, after {@link warmUp} that do not. */
  readonly rounds: number;
  /** Pictures of a turn. */
  readonly pictures: number;
  readonly note: (sentence: string) => void;
}

/** Turns that do not count. */
export const warmUp = 2;

/** Pictures a second of ours, beside the fastest mode of any peer; all of them are noted. */
export async function rateInTurns(contest: Contest): Promise<Figure> {
  const { own, peers, task, rounds, pictures, note } = contest;
  const rivals = peers.flatMap((peer) =>
    peer.modes.map((mode) => ({ peer, mode, seconds: [] as number[] })),
  );
  const ownSeconds: number[] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    ownSeconds.push(await own());
    for (const { peer, mode, seconds } of rivals) {
      seconds.push(Number(await peer.ask(task === undefined ? mode : `${mode} ${task}`)));
    }
  }
  const rate = (seconds: readonly number[]): number => pictures / median(seconds.slice(warmUp));
  const rated = rivals.map(({ peer, mode, seconds }) => ({
    name: `PyTorch ${peer.version} (${mode})`,
    value: rate(seconds),
  }));
  for (const { name, value } of rated) note(`${name}: ${value.toFixed(1)} images/s`);
  const [best] = rated.toSorted((a, b) => b.value - a.value);
  const figure = { value: rate(ownSeconds), unit: 'images/s', better: 'higher' } as const;
  return best === undefined ? figure : { ...figure, peer: best };
}
