/**
 * Lets Node deliver what waits outside: signals, timers, written bytes. Without it a loop of steps is
 * deaf to Ctrl-C.
 */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
