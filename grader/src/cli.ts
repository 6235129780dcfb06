/** Entry of the command: what takes longest starts first. */
import { startEarlySandbox } from './run/early.ts';

const [command] = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const asksForHelp = process.argv.some((word) => word === '--help' || word === '-h');
if (!asksForHelp && (command === 'check' || command === 'watch' || command === undefined)) startEarlySandbox();

await import('./program.ts');
