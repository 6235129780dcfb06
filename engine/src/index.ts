import { installMethods } from './ops/install.ts';
import { pointwise, pointwiseInPlace } from './ops/pointwise.ts';
import { views } from './ops/view.ts';
import { writes, writeInPlace } from './ops/write.ts';
installMethods(pointwise, pointwiseInPlace); installMethods(views); installMethods(writes, writeInPlace, true);
export { Tensor } from './tensor/tensor.ts';
export { TorchError } from './errors.ts';
export { tensor, zeros, ones, empty, full } from './ops/create.ts';
