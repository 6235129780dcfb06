/** The order of study (ROADMAP.md explains it). */
import type { Exercise } from './catalogue.ts';

/** A stretch of a chapter: all of it, or its exercises from a number to a number. */
interface Stretch { chapter: string; from?: number; to?: number }

/** Chapters that are not named here follow by number. */
const stretches: readonly Stretch[] = [
  { chapter: '00' }, { chapter: '01' }, { chapter: '02' }, { chapter: '03' },
  { chapter: '04', from: 1, to: 6 }, { chapter: '05' }, { chapter: '04', from: 7 },
];

/** Bugs are one series: 01 to 10 are chapter 04, the others chapter 13. */
export function chapterOfBug(number: string): string {
  return Number(number) <= 10 ? '04' : '13';
}

export function studyOrder(exercises: readonly Exercise[]): Exercise[] {
  const place = ({ chapter, number }: Exercise): number => {
    const k = Number(number);
    const at = stretches.findIndex((s) => s.chapter === chapter && k >= (s.from ?? 0) && k <= (s.to ?? Infinity));
    return at === -1 ? stretches.length + Number(chapter) : at;
  };
  return [...exercises].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
}
