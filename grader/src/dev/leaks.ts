/** Finds lines of the solution in what a learner reads before solving. */

/** Text without white space, quotes of code and a closing semicolon. */
const squeeze = (text: string): string => text.replace(/[\s`]+/g, '').replace(/;$/, '');

const comments = (source: string): string[] => source.match(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g) ?? [];
const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

/** A line that carries thought: not an import, a signature, a type or a bracket. */
function isTelling(line: string): boolean {
  const text = line.trim();
  if (/^(import|export \{|export \*|export type|export interface|interface|type|abstract|declare|@)\b/.test(text)) return false;
  if (/\{$/.test(text) && /^(export|async|function|class|constructor|get|set|static|override|private|public|protected|forward|if|else|for|while|try|do|\}|\w+\([^()]*\)\s*(:.*)?\{)/.test(text)) return false;
  return squeeze(text).length >= 12 && /[=+*/%<>?]|-[^>]|\w\(/.test(text);
}

const codeLines = (source: string): string[] => withoutComments(source).split('\n').filter(isTelling);

/** The solution's own lines: those that the stub does not already have as code. */
function ownLines(solution: string, stub: string): string[] {
  const given = new Set(withoutComments(stub).split('\n').map(squeeze));
  return codeLines(solution).filter((line) => !given.has(squeeze(line)));
}

/** The lines of the solution that a text contains. */
export function leakedLines(text: string, solution: string, stub: string): string[] {
  const haystack = squeeze(text.replace(/^\s*\*/gm, ''));
  return ownLines(solution, stub).map((line) => line.trim()).filter((line) => haystack.includes(squeeze(line)));
}

/** The lines of the solution that stand in the comments of the stub. */
export function leakedByStub(stub: string, solution: string): string[] {
  return leakedLines(comments(stub).join('\n'), solution, stub);
}
