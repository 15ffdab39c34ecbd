import { getRandomState } from '@ocelli/torch';

/** The random numbers of a process that has drawn none; read when the first file of tests begins. */
export const firstState = getRandomState();
