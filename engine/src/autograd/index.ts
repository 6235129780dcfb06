// torch.autograd
export { backward, grad, type BackwardOptions, type GradOptions } from './engine.ts';
export { Function, type FunctionContext } from './function.ts';
export { gradcheck, gradgradcheck, type GradcheckOptions } from './gradcheck.ts';
export { enableGrad, inferenceMode, noGrad, setGradEnabled } from './modes.ts';
export type { GradNode } from './graph.ts';
export * as graph from './saved.ts';
