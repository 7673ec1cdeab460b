import { expect, test } from 'vitest'
import { deviceOf } from '../../../src/core/sign-in/user-agent.ts'

const MOZILLA = 'Mozilla/5.0'
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

test.each([
  [
    `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/141.0 Safari/537.36`,
    'Chrome',
    'Windows',
    'desktop',
  ],
  [
    `${MOZILLA} (Windows NT 10.0) ${WEBKIT} Chrome/141.0 Safari/537.36 Edg/141.0`,
    'Edge',
    'Windows',
    'desktop',
  ],
  [
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.0 Safari/605.1.15`,
    'Safari',
    'macOS',
    'desktop',
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${WEBKIT} Version/18.0 Mobile/15E148 Safari/604.1`,
    'Safari',
    'iOS',
    'mobile',
  ],
  [
    `${MOZILLA} (iPad; CPU OS 18_0 like Mac OS X) ${WEBKIT} CriOS/141 Mobile/15E148 Safari/604.1`,
    'Chrome',
    'iPadOS',
    'tablet',
  ],
  [
    `${MOZILLA} (Linux; Android 15; Pixel 9) ${WEBKIT} Chrome/141.0 Mobile Safari/537.36`,
    'Chrome',
    'Android',
    'mobile',
  ],
  [
    `${MOZILLA} (Linux; Android 15; SM-X910) ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36`,
    'Samsung Internet',
    'Android',
    'tablet',
  ],
  [
    `${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`,
    'Firefox',
    'Linux',
    'desktop',
  ],
  ['okhttp/5.0.0', 'okhttp', '', 'program'],
  ['Acme/12 CFNetwork/1568 Darwin/24.0.0', 'CFNetwork', 'Apple', 'program'],
  ['curl/8.5.0', 'curl', '', 'program'],
  ['', '', '', 'unknown'],
  ['<script>alert(1)</script>', '', '', 'unknown'],
  [`${'x'.repeat(1_000_000)} Firefox/1`, '', '', 'unknown'],
  [`${MOZILLA} ${'x'.repeat(233)} Firefox/1`, 'Firefox', '', 'desktop'],
  [`${MOZILLA} ${'x'.repeat(237)} Firefox/1`, '', '', 'unknown'],
  ['App Firefox/1', '', '', 'unknown'],
  [`${MOZILLA} (Android 14; Mobile; rv:140.0) FxiOS/140`, 'Firefox', 'Android', 'mobile'],
  [`${MOZILLA} (Android 14) EdgA/141`, 'Edge', 'Android', 'tablet'],
  [`${MOZILLA} (iPhone) EdgiOS/141 Mobile`, 'Edge', 'iOS', 'mobile'],
  [`${MOZILLA} (X11; CrOS x86_64) Chrome/141 OPR/120`, 'Opera', 'ChromeOS', 'desktop'],
  ['Dart/3.5 (dart:io)', 'Dart', '', 'program'],
  ['python-requests/2.32', 'Python', '', 'program'],
  ['node', 'Node.js', '', 'program'],
])('reads %j', (userAgent, browser, system, kind) => {
  expect(deviceOf(userAgent)).toEqual({ browser, system, kind })
})
