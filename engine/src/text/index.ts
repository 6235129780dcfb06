// @track/engine/text
import { shippedLines } from '../io/shipped.ts';

/**
 * 1,516 given names in alphabetical order, each with a capital first letter: data for character models.
 * Source and licence: data/README.md.
 *
 * @example names().slice(0, 3) // ['Aaron', 'Ada', 'Adam']
 */
export const names = (): string[] => shippedLines('names.txt');
