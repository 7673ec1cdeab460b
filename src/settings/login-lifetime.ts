/** How long logins live and whether their use is recorded: several settings that mean one thing together. */
import type { Settings } from './table.ts'

/** The settings that say how long a login lasts. */
export type LoginLifetime = Pick<Settings, 'LOGIN_IDLE_SECONDS' | 'LOGIN_LIFETIME_SECONDS'>

type DeviceList = Pick<Settings, 'SESSION_MANAGEMENT' | 'SESSION_DEVICES'>

/** Whether `sessions/` shows every way of being logged in, with device and place. */
export function hasDeviceList(settings: DeviceList): boolean {
  return settings.SESSION_MANAGEMENT && settings.SESSION_DEVICES
}

/** Whether uses of sessions and tokens are recorded. */
export function recordsUses(settings: DeviceList & LoginLifetime): boolean {
  return hasDeviceList(settings) || settings.LOGIN_IDLE_SECONDS > 0
}

const MAX_INTERVAL_SECONDS = 300

/** Between two records of the use of one session or token there is at least so long. */
export function useIntervalSeconds({ LOGIN_IDLE_SECONDS: idle }: LoginLifetime): number {
  return idle > 0 ? Math.min(MAX_INTERVAL_SECONDS, Math.floor(idle / 4)) : MAX_INTERVAL_SECONDS
}

/**
 * How long something that a login hands out lives by itself, in seconds: no longer than the login may be idle, nor than
 * what is left of its own life. `usual`: what its own setting says.
 */
export function lifetimeSeconds(
  settings: LoginLifetime,
  usual: number,
  loginAgeSeconds = 0,
): number {
  const { LOGIN_IDLE_SECONDS: idle, LOGIN_LIFETIME_SECONDS: whole } = settings
  const left = whole > 0 ? Math.max(0, whole - loginAgeSeconds) : Infinity
  return Math.min(usual, left, idle > 0 ? idle : Infinity)
}

/** What is wrong with lifetimes of logins. */
export function lifetimeFaults(settings: Settings): readonly string[] {
  const { LOGIN_IDLE_SECONDS: idle, USE_JWT, SIMPLE_JWT_ROTATE_REFRESH_TOKENS } = settings
  return [
    ...(settings.REMEMBER_ME && !USE_JWT && !settings.SESSION_LOGIN && !settings.TOKEN_PER_DEVICE
      ? [
          'REMEMBER_ME needs USE_JWT, SESSION_LOGIN or TOKEN_PER_DEVICE: the one token of an account has no end',
        ]
      : []),
    ...(settings.SESSION_DEVICES && !settings.SESSION_MANAGEMENT
      ? ['SESSION_DEVICES needs SESSION_MANAGEMENT: without it there is no list of devices']
      : []),
    ...(idle > 0 && idle < 60
      ? ['LOGIN_IDLE_SECONDS must be at least 60: uses are recorded now and then']
      : []),
    ...(idle > 0 && USE_JWT && !SIMPLE_JWT_ROTATE_REFRESH_TOKENS
      ? [
          'LOGIN_IDLE_SECONDS needs SIMPLE_JWT_ROTATE_REFRESH_TOKENS: without it no use prolongs a login',
        ]
      : []),
  ]
}
