/**
 * `npm run bench:world`: what people in twelve cities wait for, by where the database and the Worker are.
 * Round trips and own time of each operation are measured here, on the built Worker; distances are turned
 * into milliseconds by a line fitted to published latencies. A simulation: it tells placements apart, not
 * networks.
 */
import { startFarDatabase } from './database.ts'
import { fitLatency, type Place } from './latency-model.ts'
import { median, timeEach } from './measure.ts'
import { OPERATIONS } from './operations.ts'
import { table } from './report.ts'
import { buildSubjects } from './subjects.ts'
import { whileRunning } from './turns.ts'
import { measureWrites } from './writes.ts'

const FRANKFURT: Place = { name: 'Frankfurt', latitude: 50.11, longitude: 8.68 }
const VIRGINIA: Place = { name: 'Virginia', latitude: 39.04, longitude: -77.49 }
const SINGAPORE: Place = { name: 'Singapore', latitude: 1.35, longitude: 103.82 }

const CITIES: readonly Place[] = [
  { name: 'Berlin', latitude: 52.52, longitude: 13.4 },
  { name: 'London', latitude: 51.51, longitude: -0.13 },
  { name: 'Madrid', latitude: 40.42, longitude: -3.7 },
  { name: 'Lagos', latitude: 6.52, longitude: 3.38 },
  { name: 'Johannesburg', latitude: -26.2, longitude: 28.05 },
  { name: 'Mumbai', latitude: 19.08, longitude: 72.88 },
  { name: 'Jakarta', latitude: -6.21, longitude: 106.85 },
  { name: 'Tokyo', latitude: 35.68, longitude: 139.69 },
  { name: 'Sydney', latitude: -33.87, longitude: 151.21 },
  { name: 'São Paulo', latitude: -23.55, longitude: -46.63 },
  { name: 'New York', latitude: 40.71, longitude: -74.01 },
  { name: 'San Francisco', latitude: 37.77, longitude: -122.42 },
]

/** From a browser to the nearest Cloudflare location, connection open: an assumption. */
const TO_EDGE_MS = 10
/** From a Worker to a database of the same region: an assumption. */
const BESIDE_MS = 2
const DELAY_MS = 40
const SAMPLES = 40
/** `PASSWORD_PBKDF2_CALLS` by default. */
const DEFAULT_CALLS = 6

type Profile = {
  readonly name: string
  readonly roundTrips: number
  readonly ownMs: number
  /** Whether a read replica can answer it: whoever writes in its batch asks the primary. */
  readonly isRead: boolean
}

/** Where everything is, and what one operation then takes for somebody. */
type Placement = {
  readonly name: string
  readonly waitMs: (city: Place, operation: Profile) => number
}

const model = fitLatency()
const profiles = await measureProfiles()
reportProfiles()
for (const profile of profiles) reportWorld(profile)
await reportWrites()
reportCosts(await measureHash())

async function measureProfiles(): Promise<readonly Profile[]> {
  const [subject] = (await buildSubjects()).filter(({ name }) => name === 'service')
  if (subject === undefined) throw new Error('the service was not built')
  const database = await startFarDatabase()
  try {
    return await whileRunning(subject, database.url, async (running) => {
      const found: Profile[] = []
      for (const operation of OPERATIONS) {
        const send = operation.send(running)
        if (send === undefined) continue
        const near = await medianAt(0, send)
        const far = await medianAt(DELAY_MS, send)
        const roundTrips = Math.round((far - near) / DELAY_MS)
        found.push({
          name: operation.name,
          roundTrips,
          ownMs: near,
          isRead: operation.name === 'user',
        })
      }
      return found
    })
  } finally {
    await database.stop()
  }

  async function medianAt(delayMs: number, send: () => Promise<Response>): Promise<number> {
    database.delayMs = delayMs
    await timeEach(send, 5)
    return median(await timeEach(send, SAMPLES))
  }
}

function edge(name: string, ...[primary, ...replicas]: readonly [Place, ...Place[]]): Placement {
  return {
    name,
    waitMs: (city, { roundTrips, ownMs, isRead }) => {
      const places = isRead ? [primary, ...replicas] : [primary]
      const nearest = Math.min(...places.map((place) => model.roundTripMs(city, place)))
      return TO_EDGE_MS + ownMs + roundTrips * nearest
    },
  }
}

function besideDatabase(name: string, primary: Place): Placement {
  return {
    name,
    waitMs: (city, { roundTrips, ownMs }) =>
      TO_EDGE_MS +
      ownMs +
      // Who needs no database is answered at the edge by the guard, wherever the service runs.
      (roundTrips === 0 ? 0 : model.roundTripMs(city, primary) + roundTrips * BESIDE_MS),
  }
}

function reportProfiles(): void {
  console.log(
    `Latency model: ${model.fixedMs.toFixed(0)} ms + ${model.perThousandKmMs.toFixed(1)} ms per 1,000 km; median error ${(model.medianError * 100).toFixed(0)} % over 45 published pairs.\n`,
  )
  table(
    'Each operation, measured',
    ['', 'round trips', 'own time'],
    profiles.map(({ name, roundTrips, ownMs }) => [
      name,
      String(roundTrips),
      `${ownMs.toFixed(1)} ms`,
    ]),
  )
}

function reportWorld(profile: Profile): void {
  const placements: readonly Placement[] = [
    edge('edge, database in Frankfurt', FRANKFURT),
    besideDatabase('Smart Placement, Frankfurt', FRANKFURT),
    edge('edge, replica in Virginia', FRANKFURT, VIRGINIA),
    edge('edge, replicas in Virginia and Singapore', FRANKFURT, VIRGINIA, SINGAPORE),
  ]
  const rows = CITIES.map((city) => [
    city.name,
    ...placements.map(({ waitMs }) => waitMs(city, profile).toFixed(0)),
  ])
  const middle = [
    'median',
    ...placements.map(({ waitMs }) =>
      median(CITIES.map((city) => waitMs(city, profile))).toFixed(0),
    ),
  ]
  table(`${profile.name}, ms`, ['', ...placements.map(({ name }) => name)], [...rows, middle])
}

async function reportWrites(): Promise<void> {
  table(
    'What one writer takes (sqld on this machine)',
    ['rows a batch', 'batches at once', 'batches/s', 'rows/s', 'busy'],
    (await measureWrites()).map(
      ({ rowsPerBatch, atOnce, batchesPerSecond, rowsPerSecond, busy }) => [
        String(rowsPerBatch),
        String(atOnce),
        batchesPerSecond.toFixed(0),
        rowsPerSecond.toFixed(0),
        String(busy),
      ],
    ),
  )
}

/** Published prices beyond what the plans include, in US dollars. */
function reportCosts(hashMs: number): void {
  const login = profiles.find(({ name }) => name === 'login')
  if (login === undefined) throw new Error('no login was measured')
  // The bench hashes once; a deployment hashes DEFAULT_CALLS times the same.
  const cpuMs = login.ownMs + (DEFAULT_CALLS - 1) * hashMs
  const workers = 0.3 + cpuMs * 0.02
  const rowsWritten = 6
  const rowsRead = 20
  const turso = rowsWritten * 1 + rowsRead * 0.001
  table(
    'A million logins',
    ['', 'US dollars', 'of which'],
    [
      [
        'Workers Paid',
        workers.toFixed(2),
        `${cpuMs.toFixed(0)} ms of CPU each; 0.30 a million requests, 0.02 a million ms`,
      ],
      [
        'Turso',
        turso.toFixed(2),
        `${rowsWritten} rows written at 1.00 a million, ${rowsRead} read`,
      ],
    ],
  )
}

/** Milliseconds of 100,000 iterations of PBKDF2-HMAC-SHA256. */
async function measureHash(): Promise<number> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'PBKDF2', false, [
    'deriveBits',
  ])
  const parameters = {
    name: 'PBKDF2',
    hash: 'SHA-256',
    salt: new Uint8Array(16),
    iterations: 100_000,
  }
  const times: number[] = []
  for (let round = 0; round < 10; round += 1) {
    const startedMs = performance.now()
    await crypto.subtle.deriveBits(parameters, key, 256)
    times.push(performance.now() - startedMs)
  }
  return median(times)
}
