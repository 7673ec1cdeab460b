/** The first view: charts of logins, failures, sign-ups and refusals. */
import { call, faultOf } from './api.ts'
import { chart, type Series } from './chart.ts'
import { words } from './config.ts'
import { choice, field, h, showStatus } from './dom.ts'

/** Periods that can be chosen, with the step of their charts. */
const RANGES = {
  day: { days: 1, step: 'hour' },
  week: { days: 7, step: 'hour' },
  month: { days: 30, step: 'day' },
} as const

type Range = keyof typeof RANGES

/** The charts, and the choice of their period. */
export function overviewView(): HTMLElement {
  const charts = h('div', { class: 'charts' })
  const range = choice('range', [
    ['day', words.day],
    ['week', words.week],
    ['month', words.month],
  ])
  const load = () => void draw(charts, range.value as Range) // the options above
  range.addEventListener('change', load)
  load()
  return h(
    'section',
    {},
    h('div', { class: 'row between' }, h('h1', {}, words.overview), field(words.range, range)),
    charts,
  )
}

/** Loads the numbers of a period and draws its charts. */
async function draw(charts: HTMLElement, range: Range): Promise<void> {
  const { days, step } = RANGES[range]
  const answer = await call('GET', `counters/?days=${days}&step=${step}`)
  const fault = faultOf(answer)
  if (fault !== undefined) return showStatus(fault, 'bad')
  const counts = answer.body['counts'] as readonly Counted[]
  const times = timesOf(String(answer.body['since']), String(answer.body['until']), step)
  const series = (name: string, isOne: (kind: string) => boolean): Series => ({
    name,
    values: times.map((at) =>
      counts
        .filter((one) => isOne(one.kind) && new Date(one.at).getTime() === at.getTime())
        .reduce((sum, one) => sum + one.count, 0),
    ),
  })
  charts.replaceChildren(
    ...CHARTS.map(({ name, color, isOne }) => chart(series(name, isOne), { times, step }, color)),
  )
}

const CHARTS: readonly {
  readonly name: string
  readonly color: string
  readonly isOne: (kind: string) => boolean
}[] = [
  { name: words.logins, color: 'blue', isOne: (kind) => kind === 'login' },
  {
    name: words.failures,
    color: 'red',
    isOne: (kind) => kind === 'login_failed' || kind === 'mfa_failed',
  },
  { name: words.signUps, color: 'green', isOne: (kind) => kind === 'registered' },
  { name: words.throttled, color: 'amber', isOne: (kind) => kind.startsWith('throttled_') },
]

/** A number of events in one step of time. */
type Counted = { readonly kind: string; readonly at: string; readonly count: number }

const STEP_MS = { hour: 3_600_000, day: 86_400_000 } as const

/** The times between two, so that hours without any event are drawn as zero. */
function timesOf(since: string, until: string, step: 'hour' | 'day'): readonly Date[] {
  const times: Date[] = []
  const end = new Date(until).getTime()
  for (let at = new Date(since).getTime(); at <= end; at += STEP_MS[step]) times.push(new Date(at))
  return times
}
