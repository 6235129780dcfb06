import type { Session } from '../session.ts';
export async function devCheckCommand(_session: Session, _ids: string[], _o: object): Promise<number> { return 0; }
