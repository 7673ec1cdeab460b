/** A place on the globe, in degrees. */
export type Place = { readonly name: string; readonly latitude: number; readonly longitude: number }

/** Cloud regions of the published table below. */
const REGIONS: readonly Place[] = [
  { name: 'Virginia', latitude: 39.04, longitude: -77.49 },
  { name: 'California', latitude: 37.35, longitude: -121.96 },
  { name: 'Oregon', latitude: 45.84, longitude: -119.7 },
  { name: 'Ireland', latitude: 53.34, longitude: -6.26 },
  { name: 'Frankfurt', latitude: 50.11, longitude: 8.68 },
  { name: 'Tokyo', latitude: 35.68, longitude: 139.69 },
  { name: 'Seoul', latitude: 37.57, longitude: 126.98 },
  { name: 'Singapore', latitude: 1.35, longitude: 103.82 },
  { name: 'Sydney', latitude: -33.87, longitude: 151.21 },
  { name: 'São Paulo', latitude: -23.55, longitude: -46.63 },
]

/**
 * Round trips between those regions in milliseconds, each line against the regions after it. Averages of
 * pings between AWS regions, published in 2017; networks have not become slower since.
 */
const PUBLISHED_MS: readonly (readonly number[])[] = [
  [72.7, 87.0, 80.6, 88.7, 145.3, 178.4, 216.7, 230.0, 119.5],
  [19.5, 153.2, 166.6, 102.5, 131.5, 174.0, 157.5, 192.7],
  [137.0, 159.5, 89.1, 118.3, 161.4, 162.2, 182.7],
  [19.6, 212.4, 242.4, 239.0, 309.6, 191.3],
  [236.5, 266.2, 325.9, 323.5, 194.9],
  [31.4, 73.8, 103.9, 256.8],
  [71.9, 134.0, 286.3],
  [175.3, 328.1],
  [322.5],
]

/** Round-trip time as a line over the distance, and how far it is from what was published. */
export type LatencyModel = {
  /** Milliseconds of a round trip between two places. */
  readonly roundTripMs: (from: Place, to: Place) => number
  readonly fixedMs: number
  readonly perThousandKmMs: number
  /** Median of the relative errors over all published pairs. */
  readonly medianError: number
}

/** Fits the line by least squares over all published pairs. */
export function fitLatency(): LatencyModel {
  const pairs = PUBLISHED_MS.flatMap((line, from) =>
    line.map((ms, offset) => ({ km: kilometres(region(from), region(from + 1 + offset)), ms })),
  )
  const meanKm = mean(pairs.map(({ km }) => km))
  const meanMs = mean(pairs.map(({ ms }) => ms))
  const slope =
    sum(pairs.map(({ km, ms }) => (km - meanKm) * (ms - meanMs))) /
    sum(pairs.map(({ km }) => (km - meanKm) ** 2))
  const fixedMs = Math.max(0, meanMs - slope * meanKm)
  const at = (km: number): number => fixedMs + slope * km
  const errors = pairs.map(({ km, ms }) => Math.abs(at(km) - ms) / ms).sort((a, b) => a - b)
  return {
    // Within one city nothing travels: the line's fixed part is routing over oceans.
    roundTripMs: (from, to) => {
      const km = kilometres(from, to)
      return km < 100 ? SAME_CITY_MS : at(km)
    },
    fixedMs,
    perThousandKmMs: slope * 1000,
    medianError: errors[Math.floor(errors.length / 2)] ?? Number.NaN,
  }
}

const SAME_CITY_MS = 2
const EARTH_RADIUS_KM = 6371

function region(index: number): Place {
  const found = REGIONS[index]
  if (found === undefined) throw new Error(`no region ${index}`)
  return found
}

/** Great-circle distance (haversine). */
function kilometres(from: Place, to: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const latitudes = radians(to.latitude - from.latitude)
  const longitudes = radians(to.longitude - from.longitude)
  const chord =
    Math.sin(latitudes / 2) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(longitudes / 2) ** 2
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(chord))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
