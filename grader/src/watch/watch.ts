import type { Session } from '../session.ts';
export async function watchCommand(_session: Session, _id: string | undefined): Promise<number> { return 0; }
