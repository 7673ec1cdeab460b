/**
 * Hands audit events on to the platform, as log lines (`AUDIT_LOG`) or points of a Workers Analytics Engine dataset
 * (`AUDIT_DATASET`), from where a SIEM can read them. The cron handler runs it.
 */
import type { Deps } from '../../deps.ts'
import { advanceReader, readUnread, type StreamedEvent } from './stream.sql.ts'

/** The slice of `Deps` that streaming needs. */
type StreamDeps = Pick<Deps, 'db' | 'settings' | 'log'>

/** What we use of a Workers Analytics Engine dataset. */
type Dataset = {
  readonly writeDataPoint: (point: {
    readonly indexes: readonly string[]
    readonly blobs: readonly string[]
    readonly doubles: readonly number[]
  }) => void
}

/** As many as one invocation may write: 250 points into a dataset, 256 KB into the log. */
const MOST_POINTS = 250
const MOST_LINES = 250
/** All blobs of a point together may have 16 KB. */
const MAX_BLOB = 1_500

/**
 * Hands audit events on, in their order: as lines of the log (`AUDIT_LOG`), and into the dataset that is bound as
 * `AUDIT_DATASET`. The cron handler calls it. An event is handed on at least once, perhaps twice where a handler dies in
 * between; its `id` tells. Events from before the setting are not sent. Returns how many were sent.
 */
export async function streamAudit(deps: StreamDeps, env: object): Promise<number> {
  const { settings, log } = deps
  const dataset: unknown = Reflect.get(env, 'AUDIT_DATASET')
  const lines = settings.AUDIT_LOG
    ? await stream(deps, { reader: 'audit_log', most: MOST_LINES }, (event) =>
        log({ level: 'info', event: 'audit', ...lineOf(event) }),
      )
    : 0
  const points = isDataset(dataset)
    ? await stream(deps, { reader: 'audit_dataset', most: MOST_POINTS }, (event) =>
        dataset.writeDataPoint(pointOf(event)),
      )
    : 0
  return lines + points
}

/** Writes events to the log or dataset, then advances the position. */
async function stream(
  { db }: StreamDeps,
  { reader, most }: { readonly reader: string; readonly most: number },
  hand: (event: StreamedEvent) => void,
): Promise<number> {
  const { events, position } = await readUnread(db, reader, most)
  for (const event of events) hand(event)
  const last = events.at(-1)
  if (last !== undefined) await advanceReader(db, reader, { from: position, to: last.id })
  return events.length
}

/** As it is in the log, flat; nothing in it is a secret, and addresses of clients are keyed hashes. */
function lineOf({ id, kind, userId, happenedAt, detail }: StreamedEvent) {
  const { by, client, country, user_agent: userAgent, before, after } = detail
  const actor = recordOf(by)
  const texts = {
    client,
    country,
    user_agent: userAgent,
    by_kind: actor['kind'],
    by_id: actor['id'],
    before,
    after,
  }
  const given = Object.entries(texts).filter(([, value]) => value !== undefined)
  return {
    id,
    kind,
    ...(userId === null ? {} : { user_id: userId }),
    happened_at: happenedAt.toISOString(),
    ...Object.fromEntries(given.map(([name, value]) => [name, textOf(value)])),
  }
}

/** `index1` is the kind; the docs name each blob and double. */
function pointOf({ id, kind, userId, happenedAt, detail }: StreamedEvent) {
  const { by, client, country, user_agent: userAgent, before, after } = detail
  const actor = recordOf(by)
  const texts = [kind, actor['kind'], actor['id'], client, country, userAgent, before, after]
  return {
    indexes: [kind],
    blobs: texts.map((value) => textOf(value).slice(0, MAX_BLOB)),
    doubles: [id, userId ?? 0, happenedAt.getTime()],
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isDataset(binding: unknown): binding is Dataset {
  return typeof binding === 'object' && binding !== null && 'writeDataPoint' in binding
}
