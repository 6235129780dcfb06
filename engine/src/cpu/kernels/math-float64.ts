// Float64 functions that AssemblyScript's NativeMath lacks. Coefficients are our own Chebyshev fits (50 digits, then
// rounded): about 1 ulp for erf, 3 ulp for erfc.

export const SQRT_HALF: f64 = 0.7071067811865476

// (erf(x) / x - 1) in x², for |x| <= 1
const NEAR: StaticArray<f64> = [
  0.12837916709551256, -0.37612638903183543, 0.1128379167094513, -0.026866170643256995, 0.005223977607269946,
  -0.0008548325982543225, 0.00012055295112667001, -1.4924740785377576e-5, 1.6447471190594618e-6,
  -1.6208829856810202e-7, 1.3721520406351094e-8, -7.798543850549947e-10,
]
// e^(x²) · erfc(x) · (1 + 2x) in (x - 3) / (x + 3), for x >= 0
const TAIL: StaticArray<f64> = [
  1.2530080582697296, -0.1356211061245812, -0.0475622943534492, 0.12964515870276475, -0.11927366341538638,
  0.06830802734384515, -0.02377051491717134, 0.0025293918180474668, 0.0018886903449991718, -0.0007798322884823084,
  -0.00010515971958448065, 0.0001250994355712812, 4.949196649968348e-6, -2.0100843094844732e-5,
  -7.308281468783692e-7, 3.473024167841547e-6, 3.557608668408209e-7, -6.175617678992495e-7, -1.4047654315430288e-7,
  1.0277997488272366e-7, 4.10640136679543e-8, -1.3906145791736624e-8, -8.217595058717486e-9, 1.201971944014615e-9,
  8.393734858702159e-10, -3.4514974876637536e-11,
]

function polynomial(c: StaticArray<f64>, x: f64): f64 {
  let sum: f64 = 0
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + unchecked(c[i])
  return sum
}

/** erfc(x) for x >= 0.5 */
function tail(x: f64): f64 {
  if (x > 28) return 0
  // e^(-x²) by halves: the square of the rounded x is exact.
  const high = reinterpret<f64>(reinterpret<u64>(x) & 0xffff_ffff_f800_0000)
  const bell = NativeMath.exp(-high * high) * NativeMath.exp((high - x) * (high + x))
  return (bell * polynomial(TAIL, (x - 3) / (x + 3))) / (1 + 2 * x)
}

export function erf(x: f64): f64 {
  const t = Math.abs(x)
  if (t < 1) return x + x * polynomial(NEAR, x * x)
  return copysign<f64>(1 - tail(t), x)
}

export function erfc(x: f64): f64 {
  if (x >= 0.5) return tail(x)
  return x > -1 ? 1 - (x + x * polynomial(NEAR, x * x)) : 2 - tail(-x)
}

export function sigmoid(x: f64): f64 {
  const z = NativeMath.exp(-Math.abs(x))
  return (x < 0 ? z : 1) / (1 + z)
}

/** log(1 + e^x) */
export function softplus(x: f64): f64 {
  return (x < 0 ? 0 : x) + NativeMath.log1p(NativeMath.exp(-Math.abs(x)))
}

/** 2u / x of GELU's tanh form: 2 · sqrt(2/π) · (1 + 0.044715 x²) */
export function geluScale(x: f64): f64 {
  return 1.5957691216057308 * (1 + 0.044715 * x * x)
}
