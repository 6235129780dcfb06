// @track/engine/vision
import '../index.ts';
export * as datasets from './datasets.ts';
export * as draw from './draw/index.ts';
export * as transforms from './transforms/index.ts';
export * as utils from './grid.ts';
