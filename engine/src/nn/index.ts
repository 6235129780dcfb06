// torch.nn
export { Module, type LoadReport, type StateDict } from './module.ts';
export { Parameter } from './parameter.ts';
export { ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential } from './containers.ts';
export * as functional from './functional.ts';
export * as init from './init.ts';
