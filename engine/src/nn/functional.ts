// torch.nn.functional
import { activationFunctions, type ActivationFunctions } from '../ops/activation-functional.ts';
import { activations, type ActivationOps } from '../ops/activation.ts';
import { functions } from '../ops/install.ts';

export const { celu, elu, gelu, glu, hardsigmoid, hardswish, hardtanh, leakyRelu, logSoftmax, logsigmoid, mish, relu, relu6, rrelu, selu, silu, softmax, softmin, softplus, softshrink, softsign, tanhshrink, threshold } = functions<ActivationFunctions>(activationFunctions);
export const { hardshrink, prelu, sigmoid, tanh } = functions<ActivationOps>(activations);
