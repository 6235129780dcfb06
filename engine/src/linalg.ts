// torch.linalg
import { functions } from './ops/install.ts';
import { linalgOps, type LinalgOps } from './ops/linalg.ts';

export const { cholesky, cross, det, eigh, eigvalsh, inv, lstsq, matrixNorm, matrixPower, matrixRank, norm, pinv, qr, slogdet, solve, solveTriangular, svd, svdvals, vander, vecdot, vectorNorm } = functions<LinalgOps>(linalgOps);
export { multiDot } from './ops/linalg.ts';
