// torch.amp
export { autocast, getAutocastDtype, isAutocastEnabled, type AutocastOptions } from './autocast_mode.ts';
export { GradScaler, type GradScalerOptions, type GradScalerState } from './grad_scaler.ts';
