import { afterEach, describe, expect, test } from 'vitest'
import { block, builds, expectClose, random, release } from './kernels.harness.ts'

afterEach(release)

// A product of two float32 numbers is exact in float64, so one rounding of the sum is what an FMA gives.
const arithmetic = {
  relaxed: { f32: (a: number, b: number, c: number) => Math.fround(a * b + c), f64: (a: number, b: number, c: number) => a * b + c },
  simd: { f32: (a: number, b: number, c: number) => Math.fround(Math.fround(a * b) + c), f64: (a: number, b: number, c: number) => a * b + c },
}
const n = 23, steps = 4

describe.each(builds)('optimizer steps, %s build', (build, kernels) => {
  describe.each(['f32', 'f64'] as const)('%s', type => {
    const r = type === 'f32' ? Math.fround : (v: number) => v
    const fma = arithmetic[build as 'relaxed' | 'simd'][type]
    const make = (fill: () => number) => block<any>(type === 'f32' ? Float32Array : Float64Array, n, fill)
    // float32 must agree to the last bit; V8's float64 has no FMA to compare with.
    const compare = (got: any, want: number[], context: string) => type === 'f32' ? expect([...got.data], context).toEqual(want) : expectClose(got.data, want, 1e-14, context)

    test('SGD, as PyTorch rounds it', () => {
      const R = random(1)
      for (const [momentum, dampening, decay, nesterov] of [[0, 0, 0, 0], [0, 0, 0.1, 0], [0.9, 0, 0, 0], [0.9, 0.3, 0.01, 0], [0.9, 0, 0.01, 1]]) {
        const lr = 0.013, p = make(R.value), g = make(R.value), buf = make(() => NaN)
        const want = [...p.data], wantBuf: number[] = []
        for (let t = 0; t < steps; t++) {
          for (let i = 0; i < n; i++) {
            let d = decay ? fma(r(decay), want[i], g.data[i]) : g.data[i]
            if (momentum) {
              wantBuf[i] = t === 0 ? d : fma(r(1 - dampening), d, r(wantBuf[i] * r(momentum)))
              d = nesterov ? fma(r(momentum), wantBuf[i], d) : wantBuf[i]
            }
            want[i] = fma(r(-lr), d, want[i])
          }
          kernels[`sgd_step_${type}`](p.ptr, g.ptr, momentum ? buf.ptr : 0, n, lr, momentum, dampening, decay, nesterov, t === 0 ? 1 : 0)
        }
        compare(p, want, `p ${momentum} ${dampening} ${decay} ${nesterov}`)
        if (momentum) compare(buf, wantBuf, 'buffer')
        release()
      }
    })

    test('Adam, AdamW and amsgrad, as PyTorch rounds them', () => {
      const R = random(2)
      for (const [beta1, beta2, decay, decoupled, amsgrad] of [[0.9, 0.999, 0, 0, 0], [0.9, 0.999, 0.1, 0, 1], [0.9, 0.95, 0.1, 1, 0], [0.3, 0.5, 0.01, 1, 1]]) {
        const lr = 1e-2, eps = 1e-8, p = make(R.value), g = make(R.value), m = make(() => 0), v = make(() => 0), top = make(() => 0)
        const P = [...p.data], M = [...m.data], V = [...v.data], T = [...top.data]
        for (let t = 1; t <= steps; t++) {
          const c1 = 1 - beta1 ** t, c2 = Math.sqrt(1 - beta2 ** t), weight = r(1 - beta1)
          for (let i = 0; i < n; i++) {
            g.data[i] *= R.pick(1, -0.7, 1.3)
            let d = g.data[i]
            if (decay && decoupled) P[i] = r(P[i] * r(1 - lr * decay))
            else if (decay) d = fma(r(decay), P[i], d)
            M[i] = weight < 0.5 ? fma(weight, r(d - M[i]), M[i]) : fma(r(weight - 1), r(d - M[i]), d)
            V[i] = fma(r(r(1 - beta2) * d), d, r(V[i] * r(beta2)))
            T[i] = amsgrad ? Math.max(T[i], V[i]) : V[i]
            const denominator = r(r(r(Math.sqrt(T[i])) / r(c2)) + r(eps))
            P[i] = r(P[i] + r(r(r(-(lr / c1)) * M[i]) / denominator))
          }
          kernels[`adam_step_${type}`](p.ptr, g.ptr, m.ptr, v.ptr, amsgrad ? top.ptr : 0, n, lr, beta1, beta2, eps, decay, decoupled, c1, c2)
        }
        const context = `betas ${beta1} ${beta2} decay ${decay} decoupled ${decoupled} amsgrad ${amsgrad}`
        compare(p, P, `p ${context}`)
        compare(m, M, `m ${context}`)
        compare(v, V, `v ${context}`)
        if (amsgrad) compare(top, T, `vmax ${context}`)
        release()
      }
    })
  })
})
