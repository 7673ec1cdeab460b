/**
 * Line charts in SVG without a library: the page's policy allows no foreign script, and four charts do not need
 * one.
 */
import { words } from './config.ts'
import { h, newId, svg } from './dom.ts'
import { count, tick } from './format.ts'

/** One line of a chart: a value for each step of time. */
export type Series = { readonly name: string; readonly values: readonly number[] }

/** The times of the values, and their step. */
export type TimeAxis = { readonly times: readonly Date[]; readonly step: 'hour' | 'day' }

/** Size of the drawing in its own units; it scales with the page. */
const WIDTH = 640
const HEIGHT = 180
const LEFT = 44
const BOTTOM = 22
const TOP = 8

/** A chart of one series over time, with its numbers as a table for screen readers (WCAG 1.1.1). */
export function chart(series: Series, axis: TimeAxis, color: string): HTMLElement {
  const titleId = newId()
  const most = niceCeiling(Math.max(1, ...series.values))
  const total = series.values.reduce((sum, value) => sum + value, 0)
  const scale: Scale = {
    most,
    x: (index) => LEFT + (index * (WIDTH - LEFT - 8)) / Math.max(1, axis.times.length - 1),
    y: (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most),
  }
  const box = `0 0 ${WIDTH} ${HEIGHT}`
  return h(
    'figure',
    { class: 'card chart' },
    h('figcaption', { id: titleId }, h('span', {}, series.name), h('strong', {}, count(total))),
    svg(
      'svg',
      { viewBox: box, role: 'img', 'aria-labelledby': titleId, class: color },
      axes(scale, axis),
      line(scale, series.values),
      hints(scale, series.values, axis),
    ),
    h('details', {}, h('summary', {}, words.asTable), table(series, axis)),
  )
}

/** From values to coordinates. */
type Scale = {
  readonly most: number
  readonly x: (index: number) => number
  readonly y: (value: number) => number
}

/** Grid lines and labels. */
function axes({ most, x, y }: Scale, axis: TimeAxis): readonly SVGElement[] {
  const { times } = axis
  const every = Math.max(1, Math.ceil(times.length / 6))
  return [
    ...[0, most / 2, most].flatMap((value) => [
      svg('line', { x1: LEFT, x2: WIDTH - 8, y1: y(value), y2: y(value), class: 'grid' }),
      svg('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, count(value)),
    ]),
    ...times.flatMap((at, index) =>
      index % every === 0
        ? [svg('text', { x: x(index), y: HEIGHT - 6, 'text-anchor': 'middle' }, tick(at, axis))]
        : [],
    ),
  ]
}

/** The curve, and the area below it. */
function line({ x, y }: Scale, values: readonly number[]): readonly SVGElement[] {
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`)
  const area = `${x(0)},${y(0)} ${points.join(' ')} ${x(values.length - 1)},${y(0)}`
  return [
    svg('polygon', { points: area, class: 'area' }),
    svg('polyline', { points: points.join(' '), class: 'line' }),
  ]
}

/** Shows the number under the pointer. */
function hints({ x }: Scale, values: readonly number[], axis: TimeAxis): readonly SVGElement[] {
  const height = HEIGHT - TOP - BOTTOM
  return values.map((value, index) =>
    svg(
      'rect',
      { x: x(index) - 3, width: 6, y: TOP, height, class: 'hit' },
      svg('title', {}, `${tick(axis.times[index] ?? new Date(0), axis)}: ${count(value)}`),
    ),
  )
}

/** The values as a table, visually hidden. */
function table(series: Series, axis: TimeAxis): HTMLElement {
  const rows = axis.times.flatMap((at, index) => {
    const value = series.values[index] ?? 0
    return value === 0 ? [] : [h('tr', {}, h('td', {}, tick(at, axis)), h('td', {}, count(value)))]
  })
  return h(
    'table',
    {},
    h(
      'thead',
      {},
      h('tr', {}, h('th', { scope: 'col' }, words.when), h('th', { scope: 'col' }, series.name)),
    ),
    h('tbody', {}, rows),
  )
}

/** The next round number whose half is whole, too: the axis has three labels. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const nice = [1, 2, 4, 6, 10].find((factor) => factor * power >= value) ?? 10
  return Math.max(2, nice * power)
}
