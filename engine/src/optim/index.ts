// torch.optim
export { Optimizer, type OptimizerStateDict, type ParamGroup, type Params } from './optimizer.ts';
export { SGD, type SGDOptions } from './sgd.ts';
export { Adam, Adamax, AdamW, NAdam, RAdam, type AdamOptions } from './adam.ts';
export { Adadelta, Adagrad, ASGD, RMSprop, Rprop, type RMSpropOptions } from './adaptive.ts';
export { LBFGS, type LBFGSOptions } from './lbfgs.ts';
export * as lrScheduler from './lr_scheduler.ts';
export * as swaUtils from './swa_utils.ts';
