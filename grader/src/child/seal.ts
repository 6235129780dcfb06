/** Signs the report so that an attempt in the same process cannot send one of its own. */
import { createHmac, type Hmac } from 'node:crypto';

/** Everything is bound before the attempt loads: it can replace a prototype's method, not these. */
export function sealer(token: string): (report: string) => string {
  const mac: Hmac = createHmac('sha256', token);
  const prototype = Object.getPrototypeOf(mac) as Hmac;
  const update = prototype.update.bind(mac);
  const digest = prototype.digest.bind(mac);
  freezeHandle(mac);
  return (report) => {
    update(report);
    return digest('hex');
  };
}

/** Node keeps the native object under a symbol; its methods must stay native. */
function freezeHandle(mac: Hmac): void {
  for (const symbol of Object.getOwnPropertySymbols(mac)) {
    const handle: unknown = (mac as unknown as Record<symbol, unknown>)[symbol];
    if (handle !== null && typeof handle === 'object' && symbol.description === 'kHandle') {
      Object.freeze(Object.getPrototypeOf(handle));
    }
  }
}
