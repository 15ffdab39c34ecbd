import { type Device, DeviceError } from '@ocelli/torch';
import { graphicsCards } from './graphicsCards.ts';

/** Bytes that a device has free; see {@link freeMemory}. */
export type FreeMemory = (device: Device) => number;

/**
 * Bytes that this process can still have on a device: of main memory what the system and, in a container, its
 * limit leave; of a graphics card what its driver says.
 *
 * @throws {DeviceError} if the driver says nothing about the card.
 */
export function freeMemory(device: Device): number {
  if (device === 'cpu') return process.availableMemory();
  const free = graphicsCards()?.[Number(device.split(':')[1] ?? 0)]?.free ?? null;
  if (free !== null) return free;
  throw new DeviceError(
    `${device}: expected nvidia-smi to say how much memory it has free, got no answer. ` +
      'Choose the batch size by hand.',
  );
}
