export * from './pointwise'
export * from './matmul'
export { tile_f32 } from './panels'
