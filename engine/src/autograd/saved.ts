// torch.autograd.graph
export { savedTensorsHooks } from './graph.ts';
